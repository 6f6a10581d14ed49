import * as original from '#server/core/lockout/throttle.ts';
import { addressBlock } from '#server/core/network/address.ts';

export const tallyOf: typeof original.tallyOf = (ctx, subject, text) => {
  const which = text ?? addressBlock(ctx.request.address);
  return original.tallyOf(ctx, subject, `${which} ${process.pid}`);
};
