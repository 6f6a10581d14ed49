import { pruneDeviceRequests } from '#server/credentials/device-sign-in/prune-device-requests.ts';
import type { Job } from '#server/doors/jobs/job.ts';

export const pruneDeviceRequestsJob: Job = {
  name: 'prune-device-requests',
  schedule: '27 * * * *',
  run: (runtime) => pruneDeviceRequests(runtime),
};
