import type { Clock } from '#db/clock.ts';

export interface FakeClock extends Clock {
  advance(time: { days?: number; hours?: number; minutes?: number; seconds?: number }): void;
}

/** A clock that stands still until it is moved. It begins now, since a database refuses what was used before it was made. */
export function createFakeClock(): FakeClock {
  let at = Date.now();
  return {
    now: () => new Date(at),
    advance({ days = 0, hours = 0, minutes = 0, seconds = 0 }) {
      at += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
    },
  };
}
