import { partedTypes, type Resource, type Resources, type ResourceType } from '#server/core/access/schema.ts';

/** What makes a resource reachable: its own id, all of its type, or, of parted ids, all behind the same first part. */
export type ReachedBy = 'id' | '*' | 'prefix';

/** The one rule of what a credential may reach: how it does, or null. */
export function reachedBy(resources: Resources, { type, id }: Resource): ReachedBy | null {
  const ids = resources[type];
  if (ids === '*') return '*';
  if (ids.includes(id)) return 'id';
  return partedTypes.has(type) && ids.includes(wholeOf(id)) ? 'prefix' : null;
}

/** `openai/*` of `openai/gpt-5`. */
export function wholeOf(id: string): string {
  return `${id.slice(0, id.indexOf('/') + 1)}*`;
}

/** Whether all that the one names is within reach of the other. */
export function isWithin(narrower: Resources, wider: Resources): boolean {
  return Object.entries(narrower).every(([name, ids]) => {
    const type = name as ResourceType;
    if (ids === '*') return wider[type] === '*';
    return ids.every((id) => reachedBy(wider, { type, id }) !== null);
  });
}
