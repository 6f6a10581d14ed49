import type { Ctx } from '#server/core/access/context.ts';
import { readCursor, toPage } from '#server/core/paging/cursor.ts';
import { findReadableAgent } from '#server/credentials/rotation/find-agent.ts';
import { findRotations } from '#server/credentials/rotation/queries.ts';
import type { ListRotationsInput, RotationPageView } from '#server/credentials/rotation/schema.ts';
import { toRotationView } from '#server/credentials/rotation/view.ts';

/** A page of an agent's rotations. Throws `not_found`, `permission_denied`, `validation_failed` for a cursor of somewhere else. */
export async function listRotations(
  ctx: Ctx,
  { id, cursor, limit }: ListRotationsInput,
): Promise<RotationPageView> {
  const { db } = ctx.runtime;
  await findReadableAgent(db, ctx, { id, permission: 'agents:read' });
  const list = {
    name: 'rotations',
    scope: id,
    sort: 'createdAt',
    order: 'desc',
    key: 'timestamptz',
  } as const;
  const place = readCursor(list, cursor);
  const page = toPage(list, await findRotations(db, id, { limit: limit + 1, place }), limit);
  const at = ctx.now();
  return {
    items: page.rows.map(({ rotation, graceEndsAt }) =>
      toRotationView(rotation, graceEndsAt && graceEndsAt > at ? graceEndsAt : null),
    ),
    nextCursor: page.nextCursor,
  };
}
