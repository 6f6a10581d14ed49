import { pruneTallies } from '#server/core/lockout/prune-tallies.ts';
import type { Job } from '#server/doors/jobs/job.ts';

export const pruneTalliesJob: Job = {
  name: 'prune-tallies',
  schedule: '17 * * * *',
  run: (runtime) => pruneTallies(runtime),
};
