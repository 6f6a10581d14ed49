import { verifyDaily } from '#server/audit/verify-daily.ts';
import type { Job } from '#server/jobs/job.ts';

/** Daily: verifies the whole audit log, and tells the admins what does not fit. */
export const verifyAudit: Job = {
  name: 'verify-audit',
  schedule: '7 4 * * *',
  longestSeconds: 6 * 3_600,
  run: (runtime) => verifyDaily(runtime),
};
