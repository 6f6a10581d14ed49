import { setTimeout as sleep } from 'node:timers/promises';
import { isContention } from '#db/errors.ts';

const maxTries = 5;
/** PostgreSQL takes a second to find a deadlock, so a request would wait longer than it is worth for five of them. */
const patienceMs = 3_000;
const firstPauseMs = 10;

/**
 * Runs a transaction again when the database undid it in favour of another: five times at most, within three seconds, each
 * time after a longer random pause. `run` has to begin a transaction of its own and change nothing outside of it. Throws its last error.
 */
export async function retryContention<T>(
  run: () => Promise<T>,
  onRetry: (error: unknown) => void,
): Promise<T> {
  const startedAt = performance.now();
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      const isOver = tries === maxTries || performance.now() - startedAt > patienceMs;
      if (isOver || !isContention(error)) throw error;
      onRetry(error);
    }
    await sleep(Math.random() * firstPauseMs * 2 ** tries);
  }
}
