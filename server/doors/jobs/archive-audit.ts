import type { Job } from '#server/doors/jobs/job.ts';
import { retainMonths } from '#server/oversight/audit-seals/retain-months.ts';

/** Daily: takes old months out of the audit log, where a setting asks for it. */
export const archiveAudit: Job = {
  name: 'archive-audit',
  schedule: '47 3 * * *',
  async run(runtime) {
    await retainMonths(runtime);
  },
};
