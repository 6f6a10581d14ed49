import type { Transaction } from '#db/client.ts';
import { deleteSessionOf, deleteSessionsOfUser, type SessionHolder } from '#server/sessions/queries.ts';

/**
 * Signs a person out everywhere, within the change that asks for it, but for one session that may be kept. Returns how many
 * ended. Throws `unauthenticated` where the one to keep has ended.
 */
export function endSessionsOfUser(tx: Transaction, userId: string, keepId?: string): Promise<number> {
  return deleteSessionsOfUser(tx, userId, keepId);
}

/** Ends one session of a person. False where there is none such, or another call has just ended it. */
export function endSessionOf(tx: Transaction, holder: SessionHolder, id: string): Promise<boolean> {
  return deleteSessionOf(tx, holder, id);
}
