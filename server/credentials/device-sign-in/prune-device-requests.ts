import type { Runtime } from '#server/core/access/context.ts';
import { deletePastRequests } from '#server/credentials/device-sign-in/queries.ts';

const hour = 3_600_000;

/** Deletes what nobody can answer or collect any more; for an hour its machine is told that it has expired. */
export function pruneDeviceRequests({ db, clock }: Runtime): Promise<void> {
  return deletePastRequests(db, new Date(clock.now().getTime() - hour));
}
