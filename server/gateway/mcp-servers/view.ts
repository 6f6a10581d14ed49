import type { ListedServer } from '#server/gateway/mcp-servers/queries.ts';
import { describeTest, fromNanoUsd } from '#server/gateway/mcp-servers/rules.ts';
import type { ServerTestView, ServerView } from '#server/gateway/mcp-servers/schema.ts';
import type { Discovery } from '#server/gateway/mcp-tools/discover-tools.ts';
import { readable } from '#server/gateway/mcp-tools/view.ts';

export function toServerView({ server, makerLabel, counts }: ListedServer): ServerView {
  const { id, alias, url, transport, auth, timeoutSeconds, totalSeconds, maxConcurrent, enabled, trusted } =
    server;
  return {
    id,
    alias,
    url,
    transport,
    auth,
    headers: server.headerNames,
    timeoutSeconds,
    totalSeconds,
    maxConcurrent,
    costUsdPerCall: fromNanoUsd(server.nanoUsdPerCall),
    enabled,
    trusted,
    health: {
      status: server.health,
      since: server.healthSince.toISOString(),
      fault: server.fault,
      checkedAt: server.checkedAt?.toISOString() ?? null,
    },
    tools: { ...counts, leftOut: server.toolsLeftOut },
    lastUsedAt: server.lastUsedAt.toISOString(),
    createdAt: server.createdAt.toISOString(),
    createdBy: { id: server.createdBy, label: makerLabel },
  };
}

export function toTestView(found: Discovery): ServerTestView {
  const { ok, ms } = found;
  if (!found.ok)
    return {
      ok,
      era: null,
      tools: [],
      ms,
      code: found.fault,
      message: describeTest(found.fault, found.isOlder),
    };
  const tools = found.tools.map((tool) => ({ name: tool.name, ...readable(tool) }));
  return { ok, era: 'modern', tools, ms, code: null, message: null };
}
