import { eq, inArray, lte, sql } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { signInTallies } from '#db/schema/sign-in.ts';
import type { Limit } from '#server/core/lockout/rules.ts';

export interface Counted {
  /** Whether it was let in. */
  isOpen: boolean;
  /** It was let in, and is the last until `closedUntil` unless it is taken back. */
  closes: boolean;
  closedUntil: Date | null;
}

/**
 * Counts one more try, or refuses it because there were too many. It counts as failed until it is taken back. One
 * statement: a lock held over several made a burst of tries wait for each other until the database gave up. A refused try
 * writes too, so that it takes as long as one that was let in. `id`: a new one.
 */
export async function countTry(
  db: Connection,
  { id, key }: { id: string; key: Buffer },
  limit: Limit,
  at: Date,
): Promise<Counted> {
  const now = sql`${at.toISOString()}::timestamptz`;
  const ms = (count: number) => sql`${count} * interval '1 millisecond'`;
  const { rows } = await db.execute<{ admitted: string; closed_until: Date | null }>(sql`
    insert into sign_in_tallies as t (key, tries, since, pauses, admitted, stale_at)
    values (${key}, 1, ${now}, 0, ${id}, ${now} + interval '1 day')
    on conflict (key) do update set (tries, since, pauses, closed_until, admitted, stale_at) = (
      select
        case when is_closed then t.tries else next_tries end,
        case when is_over and not is_closed then ${now} else t.since end,
        case when is_closed then t.pauses when closes then past_pauses + 1 else past_pauses end,
        case when is_closed then t.closed_until when closes then ${now} + pause end,
        case when is_closed then t.admitted else ${id}::uuid end,
        case when is_closed then t.stale_at else ${now} + interval '1 day' + pause end
      from (
        select
          coalesce(t.closed_until > ${now}, false) as is_closed,
          t.since <= ${now} - ${ms(limit.windowMs)} or (${limit.renews} and t.closed_until is not null) as is_over,
          case when coalesce(t.closed_until, t.since) <= ${now} - interval '1 day' then 0 else t.pauses end as past_pauses
      ) as before
      cross join lateral (select case when is_over then 1 else t.tries + 1 end as next_tries) as counted
      cross join lateral (
        select
          next_tries >= ${limit.tries} as closes,
          (${sql.param(limit.pausesMs)}::bigint[])[least(past_pauses + 1, ${limit.pausesMs.length})]
            * interval '1 millisecond' as pause
      ) as ends
    )
    returning admitted, closed_until`);
  const [row] = rows;
  if (!row) throw new Error('a try was not counted');
  const isOpen = row.admitted === id;
  const closedUntil = row.closed_until && new Date(row.closed_until);
  return { isOpen, closes: isOpen && closedUntil !== null, closedUntil };
}

/** Until when something is closed, null when it is open, looked up without counting. */
export async function findClosedUntil(db: Connection, key: Buffer, at: Date): Promise<Date | null> {
  const [row] = await db
    .select({ until: signInTallies.closedUntil })
    .from(signInTallies)
    .where(eq(signInTallies.key, key));
  return row?.until && row.until > at ? row.until : null;
}

export async function deleteTallies(db: Connection, keys: Buffer[]): Promise<void> {
  if (keys.length > 0) await db.delete(signInTallies).where(inArray(signInTallies.key, keys));
}

/** Takes one try back, and the pause that it began. */
export async function refundTry(db: Connection, key: Buffer, closed: boolean): Promise<void> {
  const reopened = { closedUntil: null, pauses: sql`greatest(${signInTallies.pauses} - 1, 0)` };
  await db
    .update(signInTallies)
    .set({ tries: sql`greatest(${signInTallies.tries} - 1, 0)`, ...(closed && reopened) })
    .where(eq(signInTallies.key, key));
}

/** A row that is locked is left for the next time. */
export async function deleteStaleTallies(db: Connection, at: Date): Promise<void> {
  const stale = db
    .select({ key: signInTallies.key })
    .from(signInTallies)
    .where(lte(signInTallies.staleAt, at))
    .for('update', { skipLocked: true });
  await db.delete(signInTallies).where(inArray(signInTallies.key, stale));
}
