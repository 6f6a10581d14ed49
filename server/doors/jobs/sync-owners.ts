import { syncOwners, syncQueue } from '#server/credentials/tokens/sync-owners.ts';
import type { Job } from '#server/doors/jobs/job.ts';

/** Has tokens follow what became of their owners; by the minute what a server that was killed has left. */
export const syncOwnersJob: Job = {
  name: syncQueue,
  schedule: '* * * * *',
  run: (runtime) => syncOwners(runtime),
};
