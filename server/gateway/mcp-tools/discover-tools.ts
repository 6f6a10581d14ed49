import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ToolDefinition } from '#db/schema/tool-servers.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { faultOfError, type UpstreamFault } from '#server/core/upstream/fault.ts';
import { createUpstreamFetch } from '#server/core/upstream/fetch-upstream.ts';
import { isUsableTool } from '#server/gateway/mcp-tools/rules.ts';
import { toolLimits } from '#server/gateway/mcp-tools/schema.ts';
import { clientInfo } from '#server/gateway/mcp-tools/write-headers.ts';

const longestMs = 15_000;
const mostPages = 64;

/** What a server said when it was asked for its tools. */
export type Discovery =
  | { ok: true; tools: ToolDefinition[]; /** Tools that cannot be kept. */ unusable: number; ms: number }
  | {
      ok: false;
      fault: UpstreamFault;
      /** It speaks an older revision of MCP. */ isOlder: boolean;
      ms: number;
    };

/** Asks a server for the revision it speaks and for all of its tools, within 15 s. Never throws for what the server does. */
export async function discoverTools(
  { upstreamAgent }: Pick<Runtime, 'upstreamAgent'>,
  { url, headers }: { url: string; headers: Record<string, string> },
): Promise<Discovery> {
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  const signal = AbortSignal.timeout(longestMs);
  let seen: UpstreamFault | undefined;
  const fetch = createUpstreamFetch(upstreamAgent, {
    maxBytes: toolLimits.listBytes,
    signal,
    onFault: (fault) => (seen ??= fault),
  });
  const client = new Client(clientInfo, { capabilities: {}, versionNegotiation: { mode: 'auto' } });
  try {
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), { fetch, requestInit: { headers } }),
      {
        timeout: longestMs,
        signal,
      },
    );
    if (client.getProtocolEra() !== 'modern') return { ok: false, fault: 'not_mcp', isOlder: true, ms: ms() };
    const tools = await listAllTools(client, signal);
    const usable = tools.filter(isUsableTool);
    return { ok: true, tools: usable, unusable: tools.length - usable.length, ms: ms() };
  } catch (error) {
    const fault = signal.aborted ? 'timeout' : (seen ?? faultOfError(error) ?? 'not_mcp');
    return { ok: false, fault, isOlder: false, ms: ms() };
  } finally {
    await client.close().catch(() => {});
  }
}

/** Only what is pinned is kept: what else a tool says of itself is not passed on either. */
async function listAllTools(client: Client, signal: AbortSignal): Promise<ToolDefinition[]> {
  const tools: ToolDefinition[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const listed = await client.request({ method: 'tools/list', params }, { timeout: longestMs, signal });
    for (const { name, title, description, inputSchema, outputSchema, annotations } of listed.tools)
      tools.push({ name, title, description, inputSchema, outputSchema, annotations });
    cursor = listed.nextCursor;
    if (cursor === undefined) break;
  }
  return tools;
}
