import { and, eq, gt, sql } from 'drizzle-orm';
import { credentials, credentialUse } from '#db/schema/credentials.ts';
import type { Ctx } from '#server/core/access/context.ts';
import { dailyUse } from '#server/core/credential-use/daily-use.ts';
import { ownerOf } from '#server/credentials/tokens/commands.ts';
import { ownedBy } from '#server/credentials/tokens/queries.ts';
import type { OwnUseView } from '#server/credentials/tokens/schema.ts';

const dayMs = 86_400_000;

/** How often all of the asker's tokens together, or the key that asks, were used and refused on each of the last 30 days (UTC), oldest first. */
export async function countOwnUse({ runtime, principal, now }: Ctx): Promise<OwnUseView> {
  const today = now().getTime();
  const days = Array.from({ length: dailyUse.shownDays }, (_, index) =>
    new Date(today - (dailyUse.shownDays - 1 - index) * dayMs).toISOString().slice(0, 10),
  );
  const before = new Date(today - dailyUse.shownDays * dayMs).toISOString().slice(0, 10);
  const isOwn =
    principal.kind === 'user' ? ownedBy(ownerOf(principal)) : eq(credentials.id, principal.origin.id);
  const rows = await runtime.db
    .select({
      day: credentialUse.day,
      count: sql<number>`sum(${credentialUse.count})::float8`,
      refused: sql<number>`sum(${credentialUse.refused})::float8`,
    })
    .from(credentialUse)
    .innerJoin(credentials, eq(credentials.id, credentialUse.credentialId))
    .where(and(isOwn, gt(credentialUse.day, before)))
    .groupBy(credentialUse.day);
  const byDay = new Map(rows.map((row) => [row.day, row]));
  return { days: days.map((day) => byDay.get(day) ?? { day, count: 0, refused: 0 }) };
}
