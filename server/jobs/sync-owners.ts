import type { Job } from '#server/jobs/job.ts';
import { syncOwners, syncQueue } from '#server/tokens/sync-owners.ts';

/** Has tokens follow what became of their owners; by the minute what a server that was killed has left. */
export const syncOwnersJob: Job = {
  name: syncQueue,
  schedule: '* * * * *',
  run: (runtime) => syncOwners(runtime),
};
