import { canonicalEmail } from '#server/account-schema.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import { noteThrottled, throttle, type Throttled } from '#server/core/lockout/throttle.ts';
import { recogniseDevice } from '#server/people/sign-in/recognise.ts';

export interface SignInAttempt extends Throttled {
  /** The browser, where it has signed in to that account before. */
  device: string | undefined;
}

/**
 * Counts a try at an account's password. A browser that has signed in to this account before is counted by itself. Throws
 * `rate_limited` for the address; a paused account is told by `pausedUntil`.
 */
export async function countSignIn(ctx: AnyoneCtx, email: string): Promise<SignInAttempt> {
  const { account, device } = await recognise(ctx, email);
  const attempt = device
    ? await throttle(ctx, 'knownSignIn', { device, devices: account })
    : await throttle(ctx, 'signIn', { account });
  return { ...attempt, device };
}

/** Whose account it is, in one spelling, and which browser, if it has signed in there before. */
export async function recognise(ctx: AnyoneCtx, email: string) {
  const account = canonicalEmail(email);
  return { account, device: await recogniseDevice(ctx, account) };
}

/** The same for a letter to an address, known or not. Throws `rate_limited` for where they are. */
export async function countLetter(ctx: AnyoneCtx, email: string): Promise<Throttled> {
  const { account, device } = await recognise(ctx, email);
  const attempt = await throttle(ctx, 'magicLink', { mailbox: device ?? account });
  if (attempt.pausedUntil) noteThrottled(ctx);
  return attempt;
}
