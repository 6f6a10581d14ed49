import type { Ctx } from '#server/core/access/context.ts';
import { rolePermissions } from '#server/core/access/permissions.ts';
import { credentialId } from '#server/core/access/principal.ts';
import { reachedBy, wholeOf } from '#server/core/access/resources.ts';
import { permissionToUse, roles } from '#server/core/access/schema.ts';
import { auditRow } from '#server/core/audit/record.ts';
import { readCursor, writeCursor } from '#server/core/paging/cursor.ts';
import {
  findExplained,
  findReaching,
  findReachingPeople,
  type ReachQuery,
} from '#server/credentials/access-review/queries.ts';
import { explain } from '#server/credentials/access-review/rules.ts';
import type {
  ExplainInput,
  ExplanationView,
  ListReachInput,
  ReachPageView,
} from '#server/credentials/access-review/schema.ts';
import { toExplained } from '#server/credentials/access-review/view.ts';
import { notFound } from '#server/errors.ts';

/**
 * Whether a credential may do or reach something, and which rule says so: one's own, or with `keys:read` any of the tenant.
 * Throws `not_found`, also for what is not one's own.
 */
export async function explainAccess(
  ctx: Ctx,
  { credentialId: id, ...asked }: ExplainInput,
): Promise<ExplanationView> {
  const { principal } = ctx;
  const row = await findExplained(ctx.runtime.db, principal.tenantId, id);
  const isOwn = row?.ownerId === principal.actor.id || credentialId(principal) === id.toLowerCase();
  if (!row || !(isOwn || principal.permissions.has('keys:read'))) throw notFound('credential');
  return explain(toExplained(row), asked, ctx.now());
}

type Item = ReachPageView['items'][number];

/**
 * Who can reach a resource at this moment, and why: first the credentials that name it, then the people, who reach every
 * one. That it was looked at is audited. Throws `validation_failed` for a cursor of somewhere else.
 */
export async function listReach(ctx: Ctx, input: ListReachInput): Promise<ReachPageView> {
  const { cursor, limit, ...resource } = input;
  const { tenantId, actor } = ctx.principal;
  const permission = permissionToUse[resource.type];
  const list = { name: 'reach', scope: tenantId, sort: 'id', order: 'asc', key: 'text' } as const;
  const place = readCursor(list, cursor);
  const query: ReachQuery = {
    tenantId,
    resource,
    wholeId: wholeOf(resource.id),
    permission,
    roles: roles.filter((role) => permission === undefined || rolePermissions[role].has(permission)),
    after: place?.id,
    limit: limit + 1,
    at: ctx.now(),
  };
  const row = auditRow(ctx, { action: 'resource.access_viewed', detail: { resource } });
  ctx.runtime.auditQueue.addOnce(`reach ${actor.id} ${resource.type} ${resource.id}`, row);
  const isPastThem = place?.key === 'people';
  const found = isPastThem ? [] : await listCredentials(ctx, query);
  const people = await listPeople(ctx, { ...query, after: isPastThem ? place.id : undefined });
  const items = [...found, ...people].slice(0, limit);
  const last = found.length + people.length > limit ? items.at(-1) : undefined;
  const key = last?.kind === 'user' ? 'people' : 'credentials';
  return { items, nextCursor: last ? writeCursor(list, { key, id: last.id }) : null };
}

async function listCredentials({ runtime }: Ctx, query: ReachQuery): Promise<Item[]> {
  const rows = await findReaching(runtime.db, query);
  return rows.map(({ resources, expiresAt, ...same }) => ({
    ...same,
    reason: reachedBy(resources, query.resource) ?? 'id',
    expiresAt: expiresAt?.toISOString() ?? null,
  }));
}

async function listPeople({ runtime }: Ctx, query: ReachQuery): Promise<Item[]> {
  const rows = await findReachingPeople(runtime.db, query);
  return rows.map((row) => ({ ...row, kind: 'user', owner: null, reason: 'role', expiresAt: null }));
}
