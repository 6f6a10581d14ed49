import { sweepTokens } from '#server/credentials/token-triage/sweep-tokens.ts';
import type { Job } from '#server/doors/jobs/job.ts';

/** Keeps the lists of everyone's tokens fast while tokens come to their end. */
export const sweepTokensJob: Job = {
  name: 'sweep-tokens',
  schedule: '* * * * *',
  run: (runtime) => sweepTokens(runtime.db, runtime.clock.now()),
};
