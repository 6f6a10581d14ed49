import type { Transaction } from '#db/client.ts';
import * as original from '#server/credentials/device-sign-in/start.ts';

export const startDeviceSignIn: typeof original.startDeviceSignIn = (ctx, ask) => {
  const change: typeof ctx.change = (run) => run(ctx.runtime.db as unknown as Transaction);
  return original.startDeviceSignIn({ ...ctx, change }, ask);
};
