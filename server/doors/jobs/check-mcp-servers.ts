import type { Job } from '#server/doors/jobs/job.ts';
import { checkDueServers } from '#server/gateway/mcp-servers/check-due-servers.ts';

/** Each minute, since what servers of others offer and whether they answer is theirs to change. */
export const checkMcpServers: Job = {
  name: 'mcp-health',
  schedule: '* * * * *',
  run: (runtime) => checkDueServers(runtime),
};
