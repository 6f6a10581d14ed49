import type { Transaction } from '#db/client.ts';
import * as original from '#server/core/access/context.ts';

export const createCtx: typeof original.createCtx = (runtime, parts) => ({
  ...original.createCtx(runtime, parts),
  change: (run) => run(runtime.db as unknown as Transaction),
});
