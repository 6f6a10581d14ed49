import type { Job } from '#server/doors/jobs/job.ts';
import { pruneTenants } from '#server/people/tenants/prune-tenants.ts';

/** Hourly, so that what a killed server left is finished. */
export const pruneTenantsJob: Job = {
  name: 'purge-tenants',
  schedule: '17 * * * *',
  longestSeconds: 3_600,
  run: (runtime) => pruneTenants(runtime),
};
