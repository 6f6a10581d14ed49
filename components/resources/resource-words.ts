import type { Resources, ResourceType } from '#server/core/access/schema.ts';
import type { ToolView } from '#server/gateway/mcp-tools/schema.ts';
import { countReached } from './known-tools.ts';

interface TypeWords {
  title: string;
  /** What it is called, several of it and one. */
  many: string;
  one: string;
  example: string;
}

export const typeWords: Record<ResourceType, TypeWords> = {
  mcp_tool: {
    title: 'MCP tools',
    many: 'MCP tools',
    one: 'MCP tool',
    example: 'github/create_issue\ngithub/*',
  },
  llm_model: {
    title: 'Models',
    many: 'models',
    one: 'model',
    example: 'anthropic/claude-sonnet-5\nopenai/*',
  },
  agent: { title: 'Agents', many: 'agents', one: 'agent', example: 'build-bot' },
  flow: { title: 'Flows', many: 'flows', one: 'flow', example: 'nightly-report' },
  vector_store: { title: 'Vector stores', many: 'vector stores', one: 'vector store', example: 'handbook' },
};
/** In the order in which they are shown. */
export const resourceOrder = Object.keys(typeWords) as ResourceType[];

/** What a scope comes to, in a line: "2 MCP tools, every flow". Of known tools it says how many that are: "12 of 47 MCP tools". */
export function resourceSummary(resources: Resources, tools: readonly ToolView[] = []): string {
  const parts = resourceOrder.flatMap((type) => {
    const ids = resources[type];
    const { many, one } = typeWords[type];
    const known = type === 'mcp_tool' ? tools : [];
    if (ids === '*') return [`every ${one}${known.length > 0 ? ` (${known.length} now)` : ''}`];
    if (ids.length === 0) return [];
    if (known.length > 0) return [`${countReached(ids, known)} of ${known.length} ${many}`];
    return [`${ids.length} ${ids.length === 1 ? one : many}`];
  });
  return parts.length > 0 ? parts.join(', ') : 'no resources';
}
