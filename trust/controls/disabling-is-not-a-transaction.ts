import type { Transaction } from '#db/client.ts';
import * as original from '#server/core/authentication/reuse.ts';

export const disableReused: typeof original.disableReused = async (runtime, request, found) => {
  if (found.disableOnReuse && found.enabled)
    await original.disable(runtime.db as unknown as Transaction, runtime, request, found);
};
