import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { isLocked } from '#db/errors.ts';

export type Say = (line: string) => void;

const longestPauseMs = 30_000;

/**
 * Does work that needs locks: waits a second for each, lets go so that all who came after it get on, and does it again
 * later. Outside a transaction only. Says so each time.
 */
export async function withShortLocks<T>(
  client: pg.Client,
  { what, say }: { what: string; say: Say },
  work: () => Promise<T>,
): Promise<T> {
  await client.query("set lock_timeout = '1s'");
  for (let pauseMs = 1_000; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      await client.query('rollback');
      say(
        `${what} needs a lock that others hold${await describeOldest(client)}. Trying again in ${pauseMs / 1_000} s.`,
      );
      await sleep(pauseMs);
    }
  }
}

/** A migration that fails carries the error of its statement as its cause. */
const isLockTimeout = (error: unknown): boolean => [error, (error as Error).cause].some(isLocked);

/** Who has most likely got it. Of other users only a superuser sees since when. */
async function describeOldest(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; name: string; seconds: number }>(`
    select pid, coalesce(nullif(application_name, ''), usename) as name,
      extract(epoch from now() - xact_start)::int as seconds
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start < now() - interval '1 second'
    order by xact_start limit 1`);
  const [oldest] = rows;
  return oldest ? ` (${oldest.name}, pid ${oldest.pid}, has been at work for ${oldest.seconds} s)` : '';
}
