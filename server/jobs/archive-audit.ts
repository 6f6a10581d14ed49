import { retainMonths } from '#server/audit/retain.ts';
import type { Job } from '#server/jobs/job.ts';

/** Daily: takes old months out of the audit log, where a setting asks for it. */
export const archiveAudit: Job = {
  name: 'archive-audit',
  schedule: '47 3 * * *',
  async run(runtime) {
    await retainMonths(runtime);
  },
};
