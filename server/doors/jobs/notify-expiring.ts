import type { Job } from '#server/doors/jobs/job.ts';
import { notifyExpiring } from '#server/oversight/notifications/notify-expiring.ts';

/** Tells owners in time that their tokens expire. */
export const notifyExpiringTokens: Job = {
  name: 'notify-expiring',
  schedule: '*/10 * * * *',
  async run(runtime) {
    await notifyExpiring(runtime);
  },
};
