import type { Ctx } from '#server/core/access/context.ts';
import type { Principal } from '#server/core/access/principal.ts';
import { reachedBy } from '#server/core/access/resources.ts';
import type { Resource } from '#server/core/access/schema.ts';
import { noteDenied } from '#server/core/authentication/note-denied.ts';
import { AppError } from '#server/errors.ts';

/** The rule by itself, for lists of what a caller reaches, where nothing is asked for and so nothing is denied. */
export function reaches({ resources }: Pick<Principal, 'resources'>, resource: Resource): boolean {
  return resources === null || reachedBy(resources, resource) !== null;
}

/**
 * The one guard of resources, beside `requirePermission`: denies a caller what its credential does not reach and audits the
 * denial, alike for what exists and what does not. Throws `resource_denied`.
 */
export function requireResource(ctx: Ctx, resource: Resource): void {
  const refusal = findResourceRefusal(ctx, resource);
  if (refusal) throw refusal;
}

/** The same for a caller that was shown to a service, to be answered rather than thrown. */
export function findResourceRefusal(
  ctx: Ctx,
  resource: Resource,
  detail: Record<string, unknown> = {},
): AppError | undefined {
  if (reaches(ctx.principal, resource)) return undefined;
  const refusal = new AppError(
    'resource_denied',
    `This token does not reach the ${resource.type} "${resource.id}". Ask its maker to widen it.`,
  );
  noteDenied(ctx, refusal, { ...detail, resource });
  return refusal;
}
