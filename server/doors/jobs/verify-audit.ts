import type { Job } from '#server/doors/jobs/job.ts';
import { verifyDaily } from '#server/oversight/audit-seals/verify-daily.ts';

/** Daily: verifies the whole audit log, and tells the admins what does not fit. */
export const verifyAudit: Job = {
  name: 'verify-audit',
  schedule: '7 4 * * *',
  longestSeconds: 6 * 3_600,
  run: (runtime) => verifyDaily(runtime),
};
