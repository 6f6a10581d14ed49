import * as original from '#server/people/sign-in/check-password.ts';

export const checkPassword: typeof original.checkPassword = async (ctx, input, paused) => {
  const check = await original.checkPassword(ctx, input, paused);
  return check.user?.deactivatedAt ? { outcome: 'deactivated', user: check.user } : check;
};
