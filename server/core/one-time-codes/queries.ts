import { and, asc, eq, gt, inArray, isNull, or, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Connection, Transaction } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import { oneTimeCodes, sessions, tenants, users } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';

export type Purpose = (typeof oneTimeCodes.$inferSelect)['purpose'];

/** Whose codes: those of one person, or, before there is one, of a tenant's first admin to be. */
export interface CodeHolder {
  tenantId: TenantId;
  userId: string | null;
}

/** Who issued a code, and by what: one of the two. */
export interface CodeIssuer {
  userId: string;
  sessionId: string | null;
  credentialId: string | null;
}

export interface CodeRow extends CodeHolder {
  id: string;
  purpose: Purpose;
  payload: unknown;
  /** Null: no person did. */
  issuer: (CodeIssuer & { email: string }) | null;
}

const issuers = alias(users, 'issuers');

/** Triggers end the codes of an issuer who loses the right to issue them; this holds even if one is missing. */
const issuerHolds = sql`
  (${oneTimeCodes.issuedBy} is null or exists (
    select from ${users} u where u.id = ${oneTimeCodes.issuedBy} and u.deactivated_at is null and u.deleted_at is null
      and role_rank(u.role) >= role_rank(${oneTimeCodes.requiredRole})
      and (u.platform_admin or not ${oneTimeCodes.requiresPlatformAdmin})))
  and (${oneTimeCodes.issuedCredentialId} is null or exists (
    select from ${credentials} c where c.id = ${oneTimeCodes.issuedCredentialId} and c.revoked_at is null and c.enabled))
  and (${oneTimeCodes.issuedSessionId} is null or ${oneTimeCodes.issuedBy} is distinct from ${oneTimeCodes.userId}
    or exists (select from ${sessions} s where s.id = ${oneTimeCodes.issuedSessionId}))
  and not exists (
    select from ${tenants} t where t.id = ${oneTimeCodes.tenantId} and t.suspended_at is not null)`;

export async function insertCode(tx: Transaction, row: typeof oneTimeCodes.$inferInsert): Promise<void> {
  await tx.insert(oneTimeCodes).values(row);
}

/** The open code behind a hash, which only its recipient knows: hence no tenant. */
export function findOpenCodeRow(
  db: Connection,
  { hash, purpose, at }: { hash: Buffer; purpose: Purpose; at: Date },
): Promise<CodeRow | undefined> {
  return findOne(db, and(eq(oneTimeCodes.hash, hash), eq(oneTimeCodes.purpose, purpose), isOpen(at)));
}

/** The newest open code of a person and purpose. */
export function findHeldCodeRow(
  db: Connection,
  { holder, purpose, at }: { holder: CodeHolder; purpose: Purpose; at: Date },
): Promise<CodeRow | undefined> {
  return findOne(db, and(isUnconsumedOf(holder, purpose), isOpen(at)));
}

export function findOpenCodeById(db: Connection, id: string, at: Date): Promise<CodeRow | undefined> {
  return findOne(db, and(eq(oneTimeCodes.id, id), isOpen(at)));
}

/** Whose a code of the tenant is, whether it is open or not. */
export async function findCodeHolder(
  db: Connection,
  tenantId: TenantId,
  id: string,
): Promise<{ tenantId: TenantId; userId: string; email: string } | undefined> {
  const [row] = await db
    .select({ userId: users.id, email: users.email })
    .from(oneTimeCodes)
    .innerJoin(users, eq(users.id, oneTimeCodes.userId))
    .where(and(eq(oneTimeCodes.tenantId, tenantId), eq(oneTimeCodes.id, id)));
  return row && { tenantId, ...row };
}

async function findOne(db: Connection, condition: SQL | undefined): Promise<CodeRow | undefined> {
  const [row] = await db
    .select({ code: oneTimeCodes, email: issuers.email })
    .from(oneTimeCodes)
    .leftJoin(issuers, eq(issuers.id, oneTimeCodes.issuedBy))
    .where(condition)
    .orderBy(sql`${oneTimeCodes.id} desc`)
    .limit(1);
  if (!row) return undefined;
  const { id, tenantId, userId, purpose, payload, ...issued } = row.code;
  const { issuedBy, issuedSessionId: sessionId, issuedCredentialId: credentialId } = issued;
  const issuer =
    issuedBy === null ? null : { userId: issuedBy, sessionId, credentialId, email: row.email ?? '' };
  return { id, tenantId: tenantId as TenantId, userId, purpose, payload, issuer };
}

export function countOpenCodeRows(
  db: Connection,
  holder: CodeHolder,
  purpose: Purpose,
  at: Date,
): Promise<number> {
  return db.$count(oneTimeCodes, and(isUnconsumedOf(holder, purpose), gt(oneTimeCodes.expiresAt, at)));
}

/** Uses a code up. True for exactly one caller, and only for a code that is open. */
export async function markConsumed(tx: Transaction, id: string, at: Date): Promise<boolean> {
  const { rowCount } = await tx
    .update(oneTimeCodes)
    .set({ consumedAt: at })
    .where(and(eq(oneTimeCodes.id, id), isOpen(at)));
  return rowCount === 1;
}

/** Makes what is open of someone's codes useless: those of one purpose, or all of them. */
export function markAllConsumed(
  tx: Transaction,
  holder: CodeHolder,
  purpose: Purpose | undefined,
  at: Date,
): Promise<void> {
  return markWhere(tx, isUnconsumedOf(holder, purpose), at);
}

export function markOneConsumed(tx: Transaction, holder: CodeHolder, id: string, at: Date): Promise<void> {
  return markWhere(tx, and(isUnconsumedOf(holder, undefined), eq(oneTimeCodes.id, id)), at);
}

/** What one of someone's sessions has issued to others. */
export function markSessionConsumed(tx: Transaction, sessionId: string): Promise<void> {
  return markWhere(tx, and(eq(oneTimeCodes.issuedSessionId, sessionId), isNull(oneTimeCodes.consumedAt)));
}

/** What someone's sessions have issued, but for one that is kept; and what they hold that they asked for themselves. */
export function markSessionsConsumed(tx: Transaction, userId: string, keepId?: string): Promise<void> {
  const { issuedBy, issuedSessionId, purpose, userId: holderId, consumedAt } = oneTimeCodes;
  const own = sql`${holderId} = ${userId} and (${issuedBy} = ${userId} or ${purpose} = 'magic')`;
  const given = sql`${issuedBy} = ${userId} and ${issuedSessionId} is distinct from ${keepId ?? null}::uuid
    and ${issuedSessionId} is not null`;
  return markWhere(tx, and(sql`((${own}) or (${given}))`, isNull(consumedAt)));
}

/** Locks the rows in the order of their ids, so that two who end several do not wait for each other. */
async function markWhere(tx: Transaction, condition: SQL | undefined, at?: Date): Promise<void> {
  const { id } = oneTimeCodes;
  const locked = tx.select({ id }).from(oneTimeCodes).where(condition).orderBy(asc(id)).for('no key update');
  await tx
    .update(oneTimeCodes)
    .set({ consumedAt: at ?? sql`now()` })
    .where(inArray(id, locked));
}

/** Holds off everything else that happens to someone's codes of a purpose. */
export async function lockHeldCodes(tx: Transaction, holder: CodeHolder, purpose: Purpose): Promise<void> {
  const { id } = oneTimeCodes;
  await tx
    .select({ id })
    .from(oneTimeCodes)
    .where(isUnconsumedOf(holder, purpose))
    .orderBy(asc(id))
    .for('no key update');
}

/** Holds off everything else that happens to the accounts of a code's issuer and holder. */
export async function lockPeople(
  tx: Transaction,
  { tenantId, userId }: CodeHolder,
  issuer: CodeIssuer | null,
): Promise<void> {
  if (!userId && !issuer) return;
  // The issuer may be a platform admin, of another tenant.
  const isHolder = userId ? and(eq(users.tenantId, tenantId), eq(users.id, userId)) : undefined;
  const isIssuer = issuer ? eq(users.id, issuer.userId) : undefined;
  await tx
    .select({ id: users.id })
    .from(users)
    .where(or(isHolder, isIssuer))
    .orderBy(asc(users.id))
    .for('no key update');
}

/** Holds off the end of what a code is issued by. False where that is a session which has ended. */
export async function lockIssuedBy(
  tx: Transaction,
  { sessionId, credentialId }: CodeIssuer,
): Promise<boolean> {
  if (credentialId)
    await tx
      .select({ id: credentials.id })
      .from(credentials)
      .where(eq(credentials.id, credentialId))
      .for('share');
  if (!sessionId) return true;
  const { id } = sessions;
  return (await tx.select({ id }).from(sessions).where(eq(id, sessionId)).for('key share')).length > 0;
}

/** Whether a code can be used: not yet used, not too old, and its issuer could still issue it. */
export function isOpen(at: Date): SQL | undefined {
  return and(isNull(oneTimeCodes.consumedAt), gt(oneTimeCodes.expiresAt, at), issuerHolds);
}

function isUnconsumedOf({ tenantId, userId }: CodeHolder, purpose: Purpose | undefined): SQL | undefined {
  return and(
    eq(oneTimeCodes.tenantId, tenantId),
    userId === null ? isNull(oneTimeCodes.userId) : eq(oneTimeCodes.userId, userId),
    purpose && eq(oneTimeCodes.purpose, purpose),
    isNull(oneTimeCodes.consumedAt),
  );
}
