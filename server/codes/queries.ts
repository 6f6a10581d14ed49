import { and, eq, gt, isNull, sql, type SQL } from 'drizzle-orm';
import type { Connection, Transaction } from '#db/client.ts';
import { oneTimeCodes, users } from '#db/schema/people.ts';
import type { TenantId } from '#server/access/principal.ts';

export type Purpose = (typeof oneTimeCodes.$inferSelect)['purpose'];

/** Whose codes: those of one person, or, before there is one, of a tenant's first admin to be. */
export interface CodeHolder {
  tenantId: TenantId;
  userId: string | null;
}

export interface CodeRow extends CodeHolder {
  id: string;
  payload: unknown;
}

const codeColumns = {
  id: oneTimeCodes.id,
  tenantId: oneTimeCodes.tenantId,
  userId: oneTimeCodes.userId,
  payload: oneTimeCodes.payload,
};

export async function insertCode(tx: Transaction, row: typeof oneTimeCodes.$inferInsert): Promise<void> {
  await tx.insert(oneTimeCodes).values(row);
}

/** The open code behind a hash, which only whoever was given the code knows: hence no tenant. */
export async function findOpenCodeRow(
  db: Connection,
  hash: Buffer,
  purpose: Purpose,
  at: Date,
): Promise<CodeRow | undefined> {
  const [row] = await db
    .select(codeColumns)
    .from(oneTimeCodes)
    .where(isOpenCode(hash, purpose, at));
  return row as CodeRow | undefined;
}

export async function hasOpenCodeRow(
  db: Connection,
  holder: CodeHolder,
  purpose: Purpose,
  at: Date,
): Promise<boolean> {
  const rows = await db
    .select({ id: oneTimeCodes.id })
    .from(oneTimeCodes)
    .where(and(isUnconsumedOf(holder, purpose), gt(oneTimeCodes.expiresAt, at)))
    .limit(1);
  return rows.length > 0;
}

export function countOpenCodeRows(
  db: Connection,
  holder: CodeHolder,
  purpose: Purpose,
  at: Date,
): Promise<number> {
  return db.$count(oneTimeCodes, and(isUnconsumedOf(holder, purpose), gt(oneTimeCodes.expiresAt, at)));
}

/** Uses a code up. A row for exactly one caller, and only for a code of this purpose that is not too old. */
export async function markConsumed(
  tx: Transaction,
  hash: Buffer,
  purpose: Purpose,
  at: Date,
): Promise<CodeRow | undefined> {
  const [row] = await tx
    .update(oneTimeCodes)
    .set({ consumedAt: at })
    .where(isOpenCode(hash, purpose, at))
    .returning(codeColumns);
  return row as CodeRow | undefined;
}

/** Makes what is open of someone's codes useless: those of one purpose, or all of them. */
export async function markAllConsumed(
  tx: Transaction,
  holder: CodeHolder,
  purpose: Purpose | undefined,
  at: Date,
): Promise<void> {
  const ids = await lockCodes(tx, isUnconsumedOf(holder, purpose));
  const isLocked = sql`${oneTimeCodes.id} = any(${sql.param(ids)}::uuid[])`;
  await tx
    .update(oneTimeCodes)
    .set({ consumedAt: at })
    .where(and(isLocked, isNull(oneTimeCodes.consumedAt)));
}

/** Before several codes change: a statement on its own locks rows in the order in which it finds them. */
async function lockCodes(tx: Transaction, which: SQL | undefined): Promise<string[]> {
  const rows = await tx
    .select({ id: oneTimeCodes.id })
    .from(oneTimeCodes)
    .where(which)
    .orderBy(oneTimeCodes.id)
    .for('no key update');
  return rows.map(({ id }) => id);
}

export async function markOneConsumed(
  tx: Transaction,
  holder: CodeHolder,
  id: string,
  at: Date,
): Promise<void> {
  await tx
    .update(oneTimeCodes)
    .set({ consumedAt: at })
    .where(and(isUnconsumedOf(holder, undefined), eq(oneTimeCodes.id, id)));
}

/** Holds off everything else that happens to a person's account. */
export async function lockHolder(tx: Transaction, { tenantId, userId }: CodeHolder): Promise<void> {
  if (userId === null) return;
  const isHolder = and(eq(users.tenantId, tenantId), eq(users.id, userId));
  await tx.select({ id: users.id }).from(users).where(isHolder).for('no key update');
}

function isOpenCode(hash: Buffer, purpose: Purpose, at: Date): SQL | undefined {
  return and(
    eq(oneTimeCodes.hash, hash),
    eq(oneTimeCodes.purpose, purpose),
    isNull(oneTimeCodes.consumedAt),
    gt(oneTimeCodes.expiresAt, at),
  );
}

function isUnconsumedOf({ tenantId, userId }: CodeHolder, purpose: Purpose | undefined): SQL | undefined {
  return and(
    eq(oneTimeCodes.tenantId, tenantId),
    userId === null ? isNull(oneTimeCodes.userId) : eq(oneTimeCodes.userId, userId),
    purpose && eq(oneTimeCodes.purpose, purpose),
    isNull(oneTimeCodes.consumedAt),
  );
}
