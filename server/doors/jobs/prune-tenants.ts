import type { Job } from '#server/doors/jobs/job.ts';
import { pruneTenants } from '#server/people/tenants/prune-tenants.ts';

/** By the hour, whatever a server that was killed has left. */
export const pruneTenantsJob: Job = {
  name: 'purge-tenants',
  schedule: '17 * * * *',
  longestSeconds: 3_600,
  run: (runtime) => pruneTenants(runtime),
};
