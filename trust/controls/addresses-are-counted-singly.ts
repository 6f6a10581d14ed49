import * as original from '#server/core/lockout/throttle.ts';

export const tallyOf: typeof original.tallyOf = (ctx, subject, text) =>
  original.tallyOf(ctx, subject, text ?? ctx.request.address ?? 'unknown');
