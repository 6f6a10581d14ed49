import type { Answer, Caller } from '#server/testing/caller.ts';

interface RequestOptions {
  id?: string | number;
  /** What its client can be asked for. */
  capabilities?: object;
  meta?: Record<string, unknown>;
  /** Over those that the body asks for; undefined leaves one out. */
  headers?: Record<string, string | undefined>;
  signal?: AbortSignal;
}

/** Speaks MCP to `/mcp` by hand, as a client of a revision does. */
export interface McpCaller {
  /** A request of 2026-07-28, which says all of itself. */
  send(method: string, params?: Record<string, unknown>, options?: RequestOptions): Promise<Answer>;
  /** A request of 2025-11-25. */
  sendOlder(method: string, params?: Record<string, unknown>, options?: RequestOptions): Promise<Answer>;
  /** The first, with its answer as it comes in. */
  open(method: string, params?: Record<string, unknown>, options?: RequestOptions): Promise<Response>;
}

const revision = '2026-07-28';

export function createMcpCaller(caller: Caller, token: string): McpCaller {
  const write = (method: string, params: Record<string, unknown>, options: RequestOptions) => {
    const { id = 1, capabilities = {}, meta, headers } = options;
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': revision,
      'io.modelcontextprotocol/clientCapabilities': capabilities,
      ...meta,
    };
    return {
      body: { jsonrpc: '2.0', id, method, params: { ...params, _meta } },
      headers: given({
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': revision,
        'mcp-method': method,
        'mcp-name': typeof params['name'] === 'string' ? params['name'] : undefined,
        ...headers,
      }),
    };
  };
  return {
    send: (method, params = {}, options = {}) =>
      caller.send('POST /mcp', { token, ...write(method, params, options) }),
    sendOlder(method, params = {}, { id = 1, meta, headers } = {}) {
      const body = { jsonrpc: '2.0', id, method, params: { ...params, ...(meta && { _meta: meta }) } };
      const own = { accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-11-25' };
      return caller.send('POST /mcp', { token, body, headers: given({ ...own, ...headers }) });
    },
    open(method, params = {}, options = {}) {
      const { body, headers } = write(method, params, options);
      return fetch(`${caller.origin}/mcp`, {
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: options.signal ?? null,
      });
    },
  };
}

function given(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The messages of an event stream, as they come in. */
export async function* readMessages(response: Response): AsyncGenerator<Record<string, unknown>> {
  let text = '';
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined) yield JSON.parse(data) as Record<string, unknown>;
    }
  }
}
