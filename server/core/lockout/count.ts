import { randomUUIDv7 } from 'node:crypto';
import type { Connection } from '#db/client.ts';
import type { AnyoneCtx, Ctx } from '#server/core/access/context.ts';
import type { AuditAction } from '#server/core/audit/actions.ts';
import { auditRow, stranger } from '#server/core/audit/record.ts';
import { countTry, deleteTallies, findClosedUntil, takeBackTry } from '#server/core/lockout/queries.ts';
import { limits, type Subject } from '#server/core/lockout/rules.ts';
import { addressBlock } from '#server/core/network/address.ts';
import { AppError, type ErrorCode } from '#server/errors.ts';

interface CountedSubject {
  subject: Subject;
  key: Buffer;
  closes: boolean;
}

/** A try that was let in, and counts as failed until it is forgiven or taken back. */
export interface Attempt {
  counted: CountedSubject[];
  /** Too many tries before this one: until when it is not to be looked at. Null: look. */
  pausedUntil: Date | null;
  /** If this one fails, what it tried at pauses. */
  isLast: boolean;
  /** The browser, where it has signed in to that account before. */
  device?: string | undefined;
}

export type Wanted = [Subject, string];

/**
 * Counts a try at the present password of whoever is signed in: by session, so that a stolen one does not stand in the way
 * of its owner's, who signs in anew. Throws `too_many_attempts`.
 */
export function countConfirm(ctx: Ctx): Promise<Attempt> {
  return countOrRefuse(ctx, [
    ['confirm', ctx.principal.origin.id],
    ['confirms', ctx.principal.user.id],
  ]);
}

/**
 * Runs what a one-time code opens, counting wrong codes by address and putting them into the audit log. Throws
 * `too_many_attempts`, and what it throws itself.
 */
export function countingCodes<T>(ctx: AnyoneCtx, run: () => Promise<T>): Promise<T> {
  return countingWrong(ctx, [byAddress(ctx)], run);
}

/** The same for the short codes that machines show, which somebody signed in types: counted by them, too. */
export function countingUserCodes<T>(ctx: Ctx, run: () => Promise<T>): Promise<T> {
  return countingWrong(ctx, [byAddress(ctx), ['guesses', ctx.principal.user.id]], run);
}

/** Counts that a machine wants to be let in. Throws `too_many_attempts` for where it is. */
export function countAsk(ctx: AnyoneCtx): Promise<Attempt> {
  return count(ctx, [byAddress(ctx, 'asks')]);
}

/** Runs something, counting by address when it fails with that code, and only then. Throws `too_many_attempts`. */
export function countingFailures<T>(ctx: AnyoneCtx, failure: ErrorCode, run: () => Promise<T>): Promise<T> {
  return counting(ctx, { wanted: [byAddress(ctx)], failure }, run);
}

export async function countingWrong<T>(ctx: AnyoneCtx, wanted: Wanted[], run: () => Promise<T>): Promise<T> {
  try {
    return await counting(ctx, { wanted, failure: 'code_invalid' }, run);
  } catch (error) {
    if (isRefusal(error, 'code_invalid')) noteRefusal(ctx, 'auth.code_refused', error.code);
    throw error;
  }
}

async function counting<T>(
  ctx: AnyoneCtx,
  { wanted, failure }: { wanted: Wanted[]; failure: ErrorCode },
  run: () => Promise<T>,
): Promise<T> {
  const attempt = await countOrRefuse(ctx, wanted);
  try {
    const result = await run();
    await takeBack(ctx.runtime.db, attempt);
    return result;
  } catch (error) {
    if (!isRefusal(error, failure)) await takeBack(ctx.runtime.db, attempt);
    throw error;
  }
}

const isRefusal = (error: unknown, code: ErrorCode): error is AppError =>
  error instanceof AppError && error.code === code;

/** It succeeded: whose account it is starts anew, and the address is none the worse. */
export async function forgive(db: Connection, { counted }: Attempt): Promise<void> {
  await takeBack(db, { counted: counted.filter(isPlace) });
  await deleteTallies(
    db,
    counted.filter((one) => !isPlace(one)).map(({ key }) => key),
  );
}

const places: readonly Subject[] = ['address', 'letters', 'asks'];
const isPlace = ({ subject }: Pick<CountedSubject, 'subject'>) => places.includes(subject);

/** Somebody has just proved who they are: what others tried in sessions of theirs stands in their way no longer. */
export async function forgiveConfirms(tx: Connection, ctx: AnyoneCtx, userId: string): Promise<void> {
  await deleteTallies(tx, [ctx.runtime.signer.hash('try:confirms', userId)]);
}

/** It was not their fault: as if they had not tried. */
export async function takeBack(db: Connection, { counted }: Pick<Attempt, 'counted'>): Promise<void> {
  for (const { key, closes } of counted) await takeBackTry(db, key, closes);
}

export function byAddress(ctx: AnyoneCtx, subject: 'address' | 'letters' | 'asks' = 'address'): Wanted {
  return [subject, addressBlock(ctx.request.address)];
}

export const keyOf = ({ runtime }: AnyoneCtx, [subject, text]: Wanted) =>
  runtime.signer.hash(`try:${subject}`, text);

/** Throws `too_many_attempts` for whichever of them has to wait. */
async function countOrRefuse(ctx: AnyoneCtx, wanted: Wanted[]): Promise<Attempt> {
  const attempt = await count(ctx, wanted);
  if (!attempt.pausedUntil) return attempt;
  await takeBack(ctx.runtime.db, attempt);
  throw tooMany(ctx, attempt.pausedUntil);
}

/** Throws `too_many_attempts` where the address has to wait: then nothing else is counted. */
export async function count(ctx: AnyoneCtx, wanted: Wanted[]): Promise<Attempt> {
  const { db } = ctx.runtime;
  const at = ctx.now();
  const attempt: Attempt = { counted: [], pausedUntil: null, isLast: false };
  for (const one of wanted) {
    const [subject] = one;
    const key = keyOf(ctx, one);
    const isOfPlace = isPlace({ subject });
    // An address that has to wait costs one look: whoever floods us holds up nobody who writes.
    const until = isOfPlace ? await findClosedUntil(db, key, at) : null;
    if (until) throw tooMany(ctx, until);
    const { isOpen, closes, closedUntil } = await countTry(
      db,
      { id: randomUUIDv7(), key },
      limits[subject],
      at,
    );
    if (!isOpen && isOfPlace) throw tooMany(ctx, closedUntil ?? at);
    if (!isOpen) return { ...attempt, pausedUntil: closedUntil };
    attempt.counted.push({ subject, key, closes });
    attempt.isLast ||= closes && !isOfPlace;
  }
  return attempt;
}

/** A try that is not looked at is a refusal too. */
function tooMany(ctx: AnyoneCtx, until: Date): AppError {
  noteRefusal(ctx, 'auth.throttled', 'too_many_attempts');
  const seconds = Math.max(1, Math.ceil((until.getTime() - ctx.now().getTime()) / 1_000));
  const wait = seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return new AppError('too_many_attempts', `Too many tries. Wait ${wait}, then try again.`, {
    retryAfterSeconds: seconds,
  });
}

/** By whoever is known to ask, or else by where they are: what is tried a thousand times a minute makes two rows. */
export function noteRefusal(ctx: AnyoneCtx, action: AuditAction, code: ErrorCode): void {
  const detail = { endpoint: ctx.request.endpoint };
  const unknown = !ctx.principal && { actor: stranger(ctx.runtime.defaultTenantId) };
  ctx.runtime.auditQueue.addRefusal(auditRow(ctx, { action, outcome: 'denied', code, detail, ...unknown }));
}
