import type { AgentView } from '#server/credentials/agents/schema.ts';

type Owner = Pick<AgentView['owner'], 'id' | 'label'>;

/** The owners among the agents that are here, by name, and the one that is chosen already. */
export function ownersOf(items: readonly AgentView[], chosen: string | null): Owner[] {
  const known = new Map(items.map(({ owner }) => [owner.id, owner.label]));
  if (chosen && !known.has(chosen)) known.set(chosen, 'One person');
  return [...known].map(([id, label]) => ({ id, label })).toSorted((a, b) => a.label.localeCompare(b.label));
}
