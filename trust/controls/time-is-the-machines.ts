import type * as original from '#db/clock.ts';

export const openDatabaseClock: typeof original.openDatabaseClock = async () => ({
  now: () => new Date(),
  close() {},
});
