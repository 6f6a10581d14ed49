import { deleteStaleTallies } from '#server/attempts/queries.ts';
import type { Runtime } from '#server/runtime.ts';

/** Deletes what was counted and no longer says anything. */
export function pruneTallies({ db, clock }: Runtime): Promise<void> {
  return deleteStaleTallies(db, clock.now());
}
