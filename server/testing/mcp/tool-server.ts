import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { createMcpHandler, isInputRequiredResult, Server } from '@modelcontextprotocol/server';
import type { ToolDefinition } from '#db/schema/tool-servers.ts';
import { openHttpServer, type Hit, type HttpServer } from '#server/testing/mcp/http-server.ts';

/** What a tool does: it may say how far it has come, and sees when its caller is gone. */
export type RunTool = (call: {
  name: string;
  arguments: Record<string, unknown>;
  signal: AbortSignal;
  progress(progress: number): Promise<void>;
}) => Promise<unknown>;

export interface ToolServer extends HttpServer {
  /** What it lists; a test changes it. */
  tools: Partial<ToolDefinition>[];
  run: RunTool;
}

export interface ToolServerOptions {
  tools?: Partial<ToolDefinition>[];
  run?: RunTool;
  /** Left out: any free one. */
  port?: number;
  /** A header without which it answers 401. */
  needs?: readonly [name: string, value: string];
}

export const tool = (name: string, more: Partial<ToolDefinition> = {}): ToolDefinition => ({
  name,
  description: `Does ${name}`,
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  ...more,
});

/** A tool server as people write them with the SDK, of the revision 2026-07-28. It keeps all that it is sent. */
export async function openToolServer(options: ToolServerOptions = {}): Promise<ToolServer> {
  const state: Pick<ToolServer, 'tools' | 'run'> = {
    tools: options.tools ?? [tool('echo')],
    run: options.run ?? (({ arguments: { text } }) => Promise.resolve(text)),
  };
  const handler = createMcpHandler(() => createServer(state), { legacy: 'reject' });
  const { needs } = options;
  const server = await openHttpServer(async (hit, res) => {
    if (needs && hit.headers[needs[0]] !== needs[1]) return res.writeHead(401).end();
    return answer(handler, hit, res);
  }, options);
  return Object.assign(state, server);
}

function createServer(state: Pick<ToolServer, 'tools' | 'run'>): Server {
  const server = new Server({ name: 'fixture', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools: state.tools as never }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const result = await state.run({
      name: params.name,
      arguments: params.arguments ?? {},
      signal: mcpReq.signal,
      progress: (progress) =>
        mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken: params._meta?.progressToken ?? 0, progress },
        }),
    });
    return isInputRequiredResult(result) ? result : { content: [{ type: 'text', text: String(result) }] };
  });
  return server;
}

async function answer(
  handler: ReturnType<typeof createMcpHandler>,
  hit: Hit,
  res: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  res.on('close', () => gone.abort());
  const { method, url, headers, body } = hit;
  const response = await handler.fetch(
    new Request(new URL(url, 'http://127.0.0.1'), {
      method,
      headers: Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]),
      body: method === 'POST' ? body : null,
      signal: gone.signal,
    }),
  );
  res.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body)
    Readable.fromWeb(response.body as never)
      .on('error', () => {})
      .pipe(res);
  else res.end();
}
