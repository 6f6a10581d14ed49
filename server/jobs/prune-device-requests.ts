import { pruneDeviceRequests } from '#server/device/prune.ts';
import type { Job } from '#server/jobs/job.ts';

export const pruneDeviceRequestsJob: Job = {
  name: 'prune-device-requests',
  schedule: '27 * * * *',
  run: (runtime) => pruneDeviceRequests(runtime),
};
