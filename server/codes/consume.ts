import type { Connection, Transaction } from '#db/client.ts';
import {
  countOpenCodeRows,
  findOpenCodeRow,
  hasOpenCodeRow,
  lockHolder,
  markAllConsumed,
  markConsumed,
  markOneConsumed,
  type CodeHolder,
  type CodeRow,
  type Purpose,
} from '#server/codes/queries.ts';
import { Secret } from '#server/credentials/secret.ts';

/** Each of these is for a machine of its own, so that one of them ends no other. */
const severalAtOnce: readonly Purpose[] = ['setup', 'device'];

/**
 * Uses a code up, and with it every other open code of that person and purpose. Undefined for a code that is unknown,
 * used, too old, or made for another purpose. The person's row is locked until the transaction ends.
 */
export async function consumeCode(
  tx: Transaction,
  code: string,
  purpose: Purpose,
  at: Date,
): Promise<CodeRow | undefined> {
  const found = await findOpenCode(tx, code, purpose, at);
  if (!found) return undefined;
  // Before the code's own row: of two codes of one person that are used at once, each would wait for the other's.
  await lockHolder(tx, found);
  const consumed = await markConsumed(tx, new Secret(code).hash(), purpose, at);
  if (consumed && !severalAtOnce.includes(purpose)) await endCodes(tx, consumed, purpose, at);
  return consumed;
}

/** Looks at an open code without using it up. */
export function findOpenCode(
  db: Connection,
  code: string,
  purpose: Purpose,
  at: Date,
): Promise<CodeRow | undefined> {
  return findOpenCodeRow(db, new Secret(code).hash(), purpose, at);
}

/** Whether somebody has a code of a purpose that can still be used. */
export function hasOpenCode(
  db: Connection,
  holder: CodeHolder,
  purpose: Purpose,
  at: Date,
): Promise<boolean> {
  return hasOpenCodeRow(db, holder, purpose, at);
}

/** How many codes of a purpose somebody has that can still be used. Certain once the person is locked. */
export function countOpenCodes(
  db: Connection,
  holder: CodeHolder,
  purpose: Purpose,
  at: Date,
): Promise<number> {
  return countOpenCodeRows(db, holder, purpose, at);
}

/** Makes one of someone's codes useless. */
export function endCode(tx: Transaction, holder: CodeHolder, id: string, at: Date): Promise<void> {
  return markOneConsumed(tx, holder, id, at);
}

/** Makes what is open of someone's codes useless: those of one purpose, or with `undefined` all of them. */
export function endCodes(
  tx: Transaction,
  holder: CodeHolder,
  purpose: Purpose | undefined,
  at: Date,
): Promise<void> {
  return markAllConsumed(tx, holder, purpose, at);
}
