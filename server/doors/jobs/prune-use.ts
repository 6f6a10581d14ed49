import { pruneDailyUse } from '#server/core/credential-use/daily-use.ts';
import type { Job } from '#server/doors/jobs/job.ts';

/** Forgets how credentials were used more than 90 days ago. */
export const pruneUse: Job = {
  name: 'prune-use',
  schedule: '17 3 * * *',
  async run(runtime) {
    await pruneDailyUse(runtime.db, runtime.clock.now());
  },
};
