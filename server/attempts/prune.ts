import type { Runtime } from '#server/access/context.ts';
import { deleteStaleTallies } from '#server/attempts/queries.ts';

/** Deletes what was counted and no longer says anything. */
export function pruneTallies({ db, clock }: Runtime): Promise<void> {
  return deleteStaleTallies(db, clock.now());
}
