import type { Connection } from '#db/client.ts';
import { canonicalEmail } from '#server/account-schema.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import {
  byAddress,
  count,
  keyOf,
  noteRefusal,
  type Attempt,
  type Wanted,
} from '#server/core/lockout/count.ts';
import { takeBackTry } from '#server/core/lockout/queries.ts';
import { recogniseDevice } from '#server/people/sign-in/recognise.ts';

/**
 * Counts a try at an account's password before the password is looked at, over all servers and ways in. A browser that has
 * signed in to this account before is counted by itself, so that no stranger's tries stand in its way.
 * Throws `too_many_attempts` for the address; a paused account is told by `pausedUntil`, since its answer must not differ.
 */
export async function countSignIn(ctx: AnyoneCtx, email: string): Promise<Attempt> {
  const { account, device } = await recognise(ctx, email);
  const ofKnown: Wanted[] = [
    ['device', device ?? ''],
    ['devices', account],
  ];
  const attempt = await count(ctx, device ? ofKnown : [byAddress(ctx), ['account', account]]);
  return { ...attempt, device };
}

/** Whose account it is, in one spelling, and which browser, if it has signed in there before. */
async function recognise(ctx: AnyoneCtx, email: string) {
  const account = canonicalEmail(email);
  return { account, device: await recogniseDevice(ctx, account) };
}

/**
 * Counts a request for a letter to an address, known or not; a browser that has signed in there before by itself, as
 * with passwords. Throws `too_many_attempts` for where they are.
 */
export async function countLetter(ctx: AnyoneCtx, email: string): Promise<Attempt> {
  const { account, device } = await recognise(ctx, email);
  const attempt = await count(ctx, [byAddress(ctx, 'letters'), ['mailbox', device ?? account]]);
  if (attempt.pausedUntil) noteRefusal(ctx, 'auth.throttled', 'too_many_attempts');
  return attempt;
}

/** A letter did what it was asked for: of where it was opened, one counts no longer. */
export async function forgiveLetter(db: Connection, ctx: AnyoneCtx): Promise<void> {
  await takeBackTry(db, keyOf(ctx, byAddress(ctx, 'letters')), false);
}
