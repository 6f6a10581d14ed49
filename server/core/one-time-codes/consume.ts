import type { Connection, Transaction } from '#db/client.ts';
import {
  findHeldCodeRow,
  countOpenCodeRows,
  findOpenCodeRow,
  lockHeldCodes,
  lockPeople,
  markAllConsumed,
  markConsumed,
  markOneConsumed,
  markSessionConsumed,
  markSessionsConsumed,
  type CodeHolder,
  type CodeRow,
  type Purpose,
} from '#server/core/one-time-codes/queries.ts';
import { isPerMachine } from '#server/core/one-time-codes/rules.ts';
import { Secret } from '#server/secret.ts';

/**
 * Uses a code up, and with it every other open code of that person and purpose. Undefined for a code that is unknown, used,
 * too old, made for another purpose, or whose issuer has lost the right to hand it out. The rows of the person and of the
 * issuer are locked until the transaction ends.
 */
export async function consumeCode(
  tx: Transaction,
  code: string,
  purpose: Purpose,
  at: Date,
): Promise<CodeRow | undefined> {
  return consume(tx, await findOpenCode(tx, code, purpose, at), at);
}

/** The same for a code that its holder does not show: the one that keeps a password of an admin's choice open. */
export async function consumeHeldCode(
  tx: Transaction,
  holder: CodeHolder,
  purpose: Purpose,
  at: Date,
): Promise<CodeRow | undefined> {
  return consume(tx, await findHeldCodeRow(tx, { holder, purpose, at }), at);
}

async function consume(tx: Transaction, found: CodeRow | undefined, at: Date): Promise<CodeRow | undefined> {
  if (!found) return undefined;
  // People first, then all of the person's codes: two codes of one person that are used at once would wait for each other.
  await lockPeople(tx, found, found.issuer);
  await lockHeldCodes(tx, found, found.purpose);
  if (!(await markConsumed(tx, found.id, at))) return undefined;
  if (!isPerMachine(found.purpose)) await endCodes(tx, found, found.purpose, at);
  return found;
}

/** Looks at an open code without using it up. */
export function findOpenCode(
  db: Connection,
  code: string,
  purpose: Purpose,
  at: Date,
): Promise<CodeRow | undefined> {
  return findOpenCodeRow(db, { hash: new Secret(code).hash(), purpose, at });
}

/** How many open codes of a purpose a person has. Certain once the person is locked. */
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

/** Makes useless what a session has issued that is revoked. */
export function endCodesOfSession(tx: Transaction, sessionId: string): Promise<void> {
  return markSessionConsumed(tx, sessionId);
}

/**
 * Makes useless what someone's sessions have issued, except one that is kept; and those of their own codes that would sign
 * them in or give them a token.
 */
export function endCodesOfSessions(tx: Transaction, userId: string, keepId?: string): Promise<void> {
  return markSessionsConsumed(tx, userId, keepId);
}

/** The issuer of a used code, as the audit row of its use names them. Without one it was made at the machine. */
export function issuedBy({ issuer }: CodeRow): { id: string | null; label: string } {
  return issuer ? { id: issuer.userId, label: issuer.email } : { id: null, label: 'operator' };
}
