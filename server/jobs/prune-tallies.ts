import { pruneTallies } from '#server/attempts/prune.ts';
import type { Job } from '#server/jobs/job.ts';

export const pruneTalliesJob: Job = {
  name: 'prune-tallies',
  schedule: '17 * * * *',
  run: (runtime) => pruneTallies(runtime),
};
