import { queryOptions } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import type { ToolView } from '#server/gateway/mcp-tools/schema.ts';

const pageSize = 500;

/** All tools that one reaches, 2,000 at most. */
export const toolsQuery = queryOptions({ queryKey: ['mcp-tools'], queryFn: ({ signal }) => listAll(signal) });

async function listAll(signal: AbortSignal): Promise<ToolView[]> {
  const tools: ToolView[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await trpcClient.mcpTools.list.query(
      { limit: pageSize, ...(cursor && { cursor }) },
      { signal },
    );
    tools.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return tools;
}
