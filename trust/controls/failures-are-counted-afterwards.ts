import { canonicalEmail } from '#server/account-schema.ts';
import { throttle } from '#server/core/lockout/throttle.ts';
import { checkPassword } from '#server/people/sign-in/check-password.ts';
import type * as original from '#server/people/sign-in/login.ts';

export const checkCounted: typeof original.checkCounted = async (ctx, input) => {
  const check = await checkPassword(ctx, input, false);
  if (check.outcome === 'wrong') await throttle(ctx, 'signIn', { account: canonicalEmail(input.email) });
  return check;
};
