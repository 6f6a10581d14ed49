import type { Transaction } from '#db/client.ts';
import { deleteSessionsOfUser } from '#server/sessions/queries.ts';

/** Signs a person out everywhere, within the change that asks for it. Returns how many sessions ended. */
export function endSessionsOfUser(tx: Transaction, userId: string): Promise<number> {
  return deleteSessionsOfUser(tx, userId);
}
