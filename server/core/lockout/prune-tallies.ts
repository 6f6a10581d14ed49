import type { Runtime } from '#server/core/access/context.ts';
import { deleteStaleTallies } from '#server/core/lockout/queries.ts';

/** Deletes what was counted and no longer says anything. */
export function pruneTallies({ db, clock }: Runtime): Promise<void> {
  return deleteStaleTallies(db, clock.now());
}
