import type { Job } from '#server/doors/jobs/job.ts';
import { makeMonths } from '#server/oversight/audit-seals/make-months.ts';

/** Daily: makes room in the audit log for the months to come. */
export const keepAuditMonths: Job = {
  name: 'keep-audit-months',
  schedule: '17 3 * * *',
  run: ({ db }) => makeMonths(db),
};
