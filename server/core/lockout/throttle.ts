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

/** A try that counts as failed until it is refunded, or resets what it was counted by. */
export interface Throttled {
  /** With a silent policy: too many tries came before, and until then none is looked at. Null: look. */
  pausedUntil: Date | null;
  /** If this one fails, what it tried at pauses. */
  isLast: boolean;
  /** It was not their fault: as if they had not tried. */
  refund(): Promise<void>;
  /** It succeeded: whose account it is starts anew, and the address is none the worse. */
  reset(db: Connection): Promise<void>;
}

/** Who tries, by each subject of a policy that the request itself does not tell. */
export type Named<P extends PolicyName> = {
  [S in Exclude<(typeof policies)[P]['counts'][number], OriginSubject>]: string;
};

/**
 * Counts a try, over all servers and ways in, before it is looked at. Throws `rate_limited` where the address has to wait:
 * then nothing else is counted; and unless the policy is silent, where anything else has to.
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
 * Runs something that fails with the code of the policy where what was tried is wrong, which counts and is audited; nothing
 * else counts. Throws what `throttle` throws, and what it throws itself.
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

/** One count of tries. */
interface Tally {
  subject: Subject;
  key: Buffer;
  /** Takes one try back. `closed`: and the pause that it began. */
  refund(db: Connection, closed?: boolean): Promise<void>;
  /** Forgets all tries. */
  reset(db: Connection): Promise<void>;
}

interface Counted {
  tally: Tally;
  closes: boolean;
}

/** The count of a subject. `text`: which one; left out for a place, which the request tells. */
export function tallyOf(ctx: AnyoneCtx, subject: Subject, text = addressBlock(ctx.request.address)): Tally {
  const key = ctx.runtime.signer.hash(`try:${subject}`, text);
  return {
    subject,
    key,
    refund: (db, closed = false) => refundTry(db, key, closed),
    reset: (db) => deleteTallies(db, [key]),
  };
}

/** Until when it is closed; null where the try was counted. */
async function countAt(ctx: AnyoneCtx, tally: Tally, counted: Counted[]): Promise<Date | null> {
  const { db } = ctx.runtime;
  const { subject, key } = tally;
  const at = ctx.now();
  // An address that has to wait costs one look: whoever floods us holds up nobody who writes.
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

/** A try that is not looked at is a refusal too. */
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

/** By whoever is known to ask, or else by where they are: what is tried a thousand times a minute makes two rows. */
function noteRefusal(ctx: AnyoneCtx, action: AuditAction, code: ErrorCode): void {
  const detail = { endpoint: ctx.request.endpoint };
  const unknown = !ctx.principal && { actor: stranger(ctx.runtime.defaultTenantId) };
  ctx.runtime.auditQueue.addRefusal(auditRow(ctx, { action, outcome: 'denied', code, detail, ...unknown }));
}
