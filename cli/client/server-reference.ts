import type { ServersView, ServerView } from '#server/gateway/mcp-servers/schema.ts';
import type { Api } from './api.ts';
import { CliError } from './errors.ts';
import { isUuid } from './token-reference.ts';

/** A tool server by its alias or its id. Throws where there is none. */
export async function findServer(api: Api, reference: string): Promise<ServerView> {
  const { items } = await api.send<ServersView>('GET /api/v1/mcp/servers');
  const field = isUuid(reference) ? 'id' : 'alias';
  const found = items.find((server) => server[field] === reference.toLowerCase());
  if (found) return found;
  throw new CliError('refused', `There is no tool server "${reference}".`, {
    hint: 'See: keyward mcp server list',
  });
}
