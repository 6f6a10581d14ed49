import { z } from 'zod';
import { admitAddress, emptyBody } from '#server/doors/http/admit.ts';
import { sendJson } from '#server/doors/http/answer.ts';
import { baseUrl } from '#server/doors/http/base-url.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import type { DoorOperation } from '#server/doors/http/operation.ts';
import { AppError } from '#server/errors.ts';
import { mcpPath } from '#server/gateway/mcp-tools/schema.ts';

export const metadataPath = '/.well-known/oauth-protected-resource';
const scope = 'mcp:call';

const metadataView = z.object({
  resource: z.string().meta({ example: 'https://keyward.example.com/mcp' }),
  resource_name: z.string(),
  scopes_supported: z.array(z.string()),
  bearer_methods_supported: z.array(z.string()),
});

export const metadataOperation: DoorOperation = {
  path: `${metadataPath}${mcpPath}`,
  method: 'get',
  name: 'mcpTools.metadata',
  access: 'anyone',
  summary: 'What it takes to call /mcp (RFC 9728)',
  description: 'The same document stands at `/.well-known/oauth-protected-resource`.',
  answer: {
    description: 'The document.',
    body: metadataView,
    example: {
      resource: 'https://keyward.example.com/mcp',
      resource_name: 'Keyward',
      scopes_supported: [scope],
      bearer_methods_supported: ['header'],
    },
  },
  errors: [],
};

/** For clients that were refused: what `/mcp` is, and which permission it takes. */
export async function answerResourceMetadata(exchange: Exchange): Promise<void> {
  const { runtime, req, res, facts } = exchange;
  facts.endpoint = `GET ${metadataPath}`;
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('Allow', 'GET, HEAD');
    throw new AppError('method_not_allowed', 'This address takes GET.');
  }
  await admitAddress(exchange, emptyBody);
  const metadata: z.infer<typeof metadataView> = {
    resource: baseUrl(req, runtime.config) + mcpPath,
    resource_name: 'Keyward',
    scopes_supported: [scope],
    bearer_methods_supported: ['header'],
  };
  sendJson(res, 200, metadata);
}

/** What a refused client is to do (RFC 6750, RFC 9728); undefined where a token would not help. */
export function challenge({ req, runtime }: Exchange, { code, status }: AppError): string | undefined {
  if (status !== 401 && code !== 'permission_denied') return undefined;
  const parts = [
    `resource_metadata="${baseUrl(req, runtime.config)}${metadataPath}${mcpPath}"`,
    `scope="${scope}"`,
  ];
  if (code === 'permission_denied') parts.unshift('error="insufficient_scope"');
  else if (code !== 'unauthenticated') parts.unshift('error="invalid_token"');
  return `Bearer ${parts.join(', ')}`;
}
