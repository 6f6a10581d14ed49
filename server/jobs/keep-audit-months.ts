import { makeMonths } from '#server/audit/months.ts';
import type { Job } from '#server/jobs/job.ts';

/** Daily: makes room in the audit log for the months to come. */
export const keepAuditMonths: Job = {
  name: 'keep-audit-months',
  schedule: '17 3 * * *',
  run: ({ db }) => makeMonths(db),
};
