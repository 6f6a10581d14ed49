import type * as original from '#db/contention.ts';

export const retryContention: typeof original.retryContention = (run) => run();
