import type { Transaction } from '#db/client.ts';
import { endCodesOfSession, endCodesOfSessions } from '#server/core/one-time-codes/consume.ts';
import { deleteSessionOf, deleteSessionsOfUser, type SessionHolder } from '#server/core/sessions/queries.ts';

/**
 * Signs a person out everywhere, within the change that asks for it, except for one session that may be kept; what those
 * sessions have issued ends too. Returns how many ended. Throws `unauthenticated` where the one to keep has ended.
 */
export async function endSessionsOfUser(tx: Transaction, userId: string, keepId?: string): Promise<number> {
  const ended = await deleteSessionsOfUser(tx, userId, keepId);
  await endCodesOfSessions(tx, userId, keepId);
  return ended;
}

/** Ends one session of a person, and what it has issued. False where there is none such, or another call has just ended it. */
export async function endSessionOf(tx: Transaction, holder: SessionHolder, id: string): Promise<boolean> {
  const ended = await deleteSessionOf(tx, holder, id);
  if (ended) await endCodesOfSession(tx, id);
  return ended;
}
