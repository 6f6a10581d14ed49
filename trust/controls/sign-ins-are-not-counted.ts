import type * as original from '#server/people/sign-in/count-sign-in.ts';

export const countSignIn: typeof original.countSignIn = async () => {
  const nothing = async () => {};
  return { pausedUntil: null, isLast: false, refund: nothing, reset: nothing, device: undefined };
};
