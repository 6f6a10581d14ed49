import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '#db/errors.ts';

const pauseMs = 250;

/** Does what has to be done sooner or later, again and again while the database is away or too busy. Throws what is wrong with it. */
export async function untilAvailable<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await sleep(pauseMs);
    }
  }
}
