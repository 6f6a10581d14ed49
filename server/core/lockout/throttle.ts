import { randomUUIDv7 } from 'node:crypto';
import type { Connection } from '#db/client.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import type { AuditAction } from '#server/core/audit/actions.ts';
import { auditRow, stranger } from '#server/core/audit/record.ts';
import { countTry, deleteTallies, findClosedUntil, refundTry } from '#server/core/lockout/queries.ts';
import {
  isByOrigin,
  limits,
  policies,
  type OriginSubject,
  type Policy,
  type PolicyName,
  type Subject,
} from '#server/core/lockout/rules.ts';
import { addressBlock } from '#server/core/network/address.ts';
import { AppError, type ErrorCode } from '#server/errors.ts';

/** An attempt that counts as failed until it is refunded, or resets its counts. */
export interface Throttled {
  /** With a silent policy: until when attempts are not to be checked, after too many. Null: check this one. */
  pausedUntil: Date | null;
  /** If this one fails, a pause begins. */
  isLast: boolean;
  /** Undoes the count, for a failure that was not the caller's. */
  refund(): Promise<void>;
  /** After a success: forgets the failed attempts of the account, and undoes this one at the address. */
  reset(db: Connection): Promise<void>;
}

/** The subjects of a policy that the request itself does not tell. */
export type Named<P extends PolicyName> = {
  [S in Exclude<(typeof policies)[P]['counts'][number], OriginSubject>]: string;
};

/**
 * Counts an attempt before it is checked, across all servers and doors. Throws `rate_limited` for a paused address, counting
 * nothing else; for any other paused subject only where the policy is not silent.
 */
export async function throttle<P extends PolicyName>(
  ctx: AnyoneCtx,
  policy: P,
  named: Named<P>,
): Promise<Throttled> {
  const { counts, isSilent }: Policy = policies[policy];
  const counted: Counted[] = [];
  const attempt: Throttled = {
    pausedUntil: null,
    isLast: false,
    async refund() {
      for (const one of counted) await one.tally.refund(ctx.runtime.db, one.closes);
    },
    async reset(db) {
      for (const { tally, closes } of counted)
        await (isByOrigin(tally.subject) ? tally.refund(db, closes) : tally.reset(db));
    },
  };
  for (const subject of counts) {
    const tally = tallyOf(ctx, subject, (named as Partial<Record<Subject, string>>)[subject]);
    const closedUntil = await countAt(ctx, tally, counted);
    if (closedUntil && isByOrigin(subject)) throw tooMany(ctx, closedUntil);
    if (closedUntil && isSilent) return { ...attempt, pausedUntil: closedUntil };
    if (closedUntil) {
      await attempt.refund();
      throw tooMany(ctx, closedUntil);
    }
  }
  attempt.isLast = counted.some(({ tally, closes }) => closes && !isByOrigin(tally.subject));
  return attempt;
}

/**
 * Runs what an attempt is for. A failure with the code of the policy counts and is audited; any other outcome is refunded.
 * Throws what `throttle` and `run` throw.
 */
export async function throttleFailures<P extends PolicyName, T>(
  ctx: AnyoneCtx,
  policy: P,
  named: Named<P>,
  run: () => Promise<T>,
): Promise<T> {
  const { failure, audits }: Policy = policies[policy];
  const attempt = await throttle(ctx, policy, named);
  let result: T;
  try {
    result = await run();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== failure) await attempt.refund();
    else if (audits) noteRefusal(ctx, audits, failure);
    throw error;
  }
  await attempt.refund();
  return result;
}

/** One count of attempts. */
interface Tally {
  subject: Subject;
  key: Buffer;
  /** Undoes one attempt. `closed`: and the pause that it began. */
  refund(db: Connection, closed?: boolean): Promise<void>;
  /** Forgets all attempts. */
  reset(db: Connection): Promise<void>;
}

interface Counted {
  tally: Tally;
  closes: boolean;
}

/** The count of a subject. `text`: which one; left out: the IP address of the request. */
export function tallyOf(ctx: AnyoneCtx, subject: Subject, text = addressBlock(ctx.request.address)): Tally {
  const key = ctx.runtime.signer.hash(`try:${subject}`, text);
  return {
    subject,
    key,
    refund: (db, closed = false) => refundTry(db, key, closed),
    reset: (db) => deleteTallies(db, [key]),
  };
}

/** Until when the subject is paused; null where the attempt was counted. */
async function countAt(ctx: AnyoneCtx, tally: Tally, counted: Counted[]): Promise<Date | null> {
  const { db } = ctx.runtime;
  const { subject, key } = tally;
  const at = ctx.now();
  // A paused address costs one read: a flood delays no writes.
  const until = isByOrigin(subject) ? await findClosedUntil(db, key, at) : null;
  if (until) return until;
  const { isOpen, closes, closedUntil } = await countTry(
    db,
    { id: randomUUIDv7(), key },
    limits[subject],
    at,
  );
  if (!isOpen) return closedUntil ?? at;
  counted.push({ tally, closes });
  return null;
}

/** An attempt that is not checked is audited as well. */
function tooMany(ctx: AnyoneCtx, until: Date): AppError {
  noteThrottled(ctx);
  const seconds = Math.max(1, Math.ceil((until.getTime() - ctx.now().getTime()) / 1_000));
  const wait = seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return new AppError('rate_limited', `Too many tries. Wait ${wait}, then try again.`, {
    retryAfterSeconds: seconds,
  });
}

export function noteThrottled(ctx: AnyoneCtx): void {
  noteRefusal(ctx, 'auth.throttled', 'rate_limited');
}

/** Grouped by user, or else by IP address: a thousand attempts a minute make two rows. */
function noteRefusal(ctx: AnyoneCtx, action: AuditAction, code: ErrorCode): void {
  const detail = { endpoint: ctx.request.endpoint };
  const unknown = !ctx.principal && { actor: stranger(ctx.runtime.defaultTenantId) };
  ctx.runtime.auditQueue.addRefusal(auditRow(ctx, { action, outcome: 'denied', code, detail, ...unknown }));
}
