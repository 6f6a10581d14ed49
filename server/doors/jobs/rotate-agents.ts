import { scheduleRotations } from '#server/credentials/rotation/schedule-rotations.ts';
import type { Job } from '#server/doors/jobs/job.ts';

/** Each minute: begins the rotations of agents that are due, and tries again what has failed. */
export const rotateAgentsJob: Job = {
  name: 'rotate-agents',
  schedule: '* * * * *',
  async run(runtime) {
    await scheduleRotations(runtime);
  },
};
