import type { Resources, ResourceType } from '#server/core/access/schema.ts';

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

/** What a scope comes to, in a line: "2 MCP tools, every flow". */
export function resourceSummary(resources: Resources): string {
  const parts = resourceOrder.flatMap((type) => {
    const ids = resources[type];
    const { many, one } = typeWords[type];
    if (ids === '*') return [`every ${one}`];
    if (ids.length === 0) return [];
    return [`${ids.length} ${ids.length === 1 ? one : many}`];
  });
  return parts.length > 0 ? parts.join(', ') : 'no resources';
}
