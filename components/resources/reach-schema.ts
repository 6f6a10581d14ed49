import { z } from 'zod';
import {
  partedTypes,
  type Permission,
  permissionToUse,
  resourcesSchema,
  type Resources,
  type ResourceType,
} from '#server/core/access/schema.ts';
import { resourceOrder } from './resource-words.ts';

const reachSchema = z.object({ scope: z.enum(['none', 'some', 'all']), ids: z.string() });
export type ReachValues = Record<ResourceType, z.infer<typeof reachSchema>>;

const nothing = { scope: 'none', ids: '' } as const;
export const noReach: ReachValues = {
  agent: nothing,
  flow: nothing,
  mcp_tool: nothing,
  vector_store: nothing,
  llm_model: nothing,
};

/** One in a line. */
export const idsOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

const listOf = ({ scope, ids }: ReachValues[ResourceType]) => {
  if (scope === 'all') return '*' as const;
  return scope === 'none' ? [] : idsOf(ids);
};

/** What the form names by type, as the server takes it; unchecked. */
export const resourcesOf = (reach: ReachValues) =>
  Object.fromEntries(resourceOrder.map((type) => [type, listOf(reach[type])])) as Record<
    ResourceType,
    '*' | string[]
  >;

/** The permissions that using what is reached takes, and that were not granted. */
export const missingPermissions = (
  resources: Record<ResourceType, '*' | string[]>,
  granted: readonly Permission[],
): Permission[] =>
  resourceOrder.flatMap((type) => {
    const needed = permissionToUse[type];
    return needed && resources[type].length > 0 && !granted.includes(needed) ? [needed] : [];
  });

/** What a credential may reach, as the form begins with it. */
export const toReach = (resources: Resources) =>
  Object.fromEntries(resourceOrder.map((type) => [type, reachOf(resources[type])])) as ReachValues;

function reachOf(ids: '*' | readonly string[]): ReachValues[ResourceType] {
  if (ids === '*') return { scope: 'all', ids: '' };
  return { scope: ids.length > 0 ? 'some' : 'none', ids: ids.join('\n') };
}

/** Several parted ids in a line, which the server would take for one. */
const isJoined = (id: string) => /,\s*[^\s/]+\//.test(id);

function refusal(type: ResourceType, { scope, ids }: ReachValues[ResourceType]): string | undefined {
  if (scope !== 'some') return undefined;
  const named = idsOf(ids);
  if (named.length === 0) return 'Name at least one.';
  if (partedTypes.has(type) && named.some(isJoined)) return 'Put each on its own line, without commas.';
  return undefined;
}

function checkedReach(reach: ReachValues, context: z.core.$RefinementCtx<ReachValues>) {
  for (const type of resourceOrder) {
    const message = refusal(type, reach[type]);
    if (message) context.addIssue({ code: 'custom', path: [type, 'ids'], message });
  }
  const checked = resourcesSchema.safeParse(resourcesOf(reach));
  if (checked.success) return checked.data;
  for (const { path, message } of checked.error.issues)
    context.addIssue({ code: 'custom', path: [...path.slice(0, 1), 'ids'], message });
  return z.NEVER;
}

/** The part of a form that says what may be reached. */
export const reachPart = z.object({
  resources: z
    .object({
      agent: reachSchema,
      flow: reachSchema,
      mcp_tool: reachSchema,
      vector_store: reachSchema,
      llm_model: reachSchema,
    })
    .transform(checkedReach),
});
