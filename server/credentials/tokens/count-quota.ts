import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Connection, Transaction } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import { users } from '#db/schema/people.ts';
import { ownedBy, type Owner } from '#server/credentials/tokens/queries.ts';
import { tokenLimits } from '#server/credentials/tokens/schema.ts';
import { AppError } from '#server/errors.ts';

const { live, madePerDay } = tokenLimits;
const dayMs = 86_400_000;

/**
 * Throws `too_many_tokens` where a person has as many live tokens as one may have. Certain once the person is locked: before
 * that it only tells them early.
 */
export async function assertRoomForToken(db: Connection, owner: Owner, at: Date): Promise<void> {
  const isLive = and(
    isNull(credentials.revokedAt),
    or(isNull(credentials.expiresAt), gt(credentials.expiresAt, at)),
  );
  const some = db
    .select({ id: credentials.id })
    .from(credentials)
    .where(and(ownedBy(owner), isLive))
    .limit(live);
  if ((await db.$count(some.as('some'))) < live) return;
  throw new AppError(
    'too_many_tokens',
    `You have ${live} active tokens, which is the most that one person can have. Revoke some that you no longer need.`,
  );
}

/**
 * Counts a token, rotation or setup code of a person on this day (UTC), within the change that makes it. One statement that
 * locks the person, so that no two count the same. Throws `rate_limited`.
 */
export async function countMadeSecret(tx: Transaction, owner: Owner, at: Date): Promise<void> {
  const today = at.toISOString().slice(0, 10);
  const isToday = sql`${users.secretsMadeOn} is not distinct from ${today}::date`;
  const { rowCount } = await tx
    .update(users)
    .set({
      secretsMadeOn: today,
      secretsMade: sql`case when ${isToday} then ${users.secretsMade} else 0 end + 1`,
    })
    .where(
      and(
        eq(users.tenantId, owner.tenantId),
        eq(users.id, owner.userId),
        sql`not (${isToday} and ${users.secretsMade} >= ${madePerDay})`,
      ),
    );
  if (rowCount === 1) return;
  throw new AppError(
    'rate_limited',
    `You have made ${madePerDay.toLocaleString('en-GB')} tokens, rotations and setup codes today, which is the most in one day. Go on tomorrow (UTC).`,
    { retryAfterSeconds: Math.ceil((dayMs - (at.getTime() % dayMs)) / 1_000) },
  );
}
