import type pg from 'pg';

export interface Clock {
  now(): Date;
}

export interface DatabaseClock extends Clock {
  close(): void;
}

const measureEveryMs = 30_000;

/**
 * The database's time, so that every instance judges an expiry alike and a machine whose own clock is set wrong, or jumps,
 * judges it right. Between measurements it goes on by the monotonic clock. Accurate to half a round trip.
 */
export async function openDatabaseClock(
  pool: pg.Pool,
  onError: (error: unknown) => void,
): Promise<DatabaseClock> {
  let offset = await measureOffset(pool);
  const timer = setInterval(() => {
    measureOffset(pool).then((measured) => (offset = measured), onError);
  }, measureEveryMs);
  timer.unref();
  return {
    now: () => new Date(offset + performance.now()),
    close: () => clearInterval(timer),
  };
}

/** Milliseconds to add to `performance.now()` to get the database's time since 1970. */
async function measureOffset(pool: pg.Pool): Promise<number> {
  const sent = performance.now();
  const { rows } = await pool.query<{ ms: number }>(
    'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
  );
  const received = performance.now();
  const [row] = rows;
  if (!row) throw new Error('The database did not tell the time');
  return row.ms - (sent + received) / 2;
}
