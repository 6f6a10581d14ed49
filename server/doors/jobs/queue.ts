import { describeError } from '#db/errors.ts';
import type { Queue } from '#db/job-queue.ts';
import { untilAvailable } from '#db/until-available.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { archiveAudit } from '#server/doors/jobs/archive-audit.ts';
import { checkMcpServers } from '#server/doors/jobs/check-mcp-servers.ts';
import { deliverMail } from '#server/doors/jobs/deliver-mail.ts';
import type { Job } from '#server/doors/jobs/job.ts';
import { keepAuditMonths } from '#server/doors/jobs/keep-audit-months.ts';
import { notifyExpiringTokens } from '#server/doors/jobs/notify-expiring.ts';
import { pruneDeviceRequestsJob } from '#server/doors/jobs/prune-device-requests.ts';
import { pruneTalliesJob } from '#server/doors/jobs/prune-tallies.ts';
import { pruneTenantsJob } from '#server/doors/jobs/prune-tenants.ts';
import { pruneUse } from '#server/doors/jobs/prune-use.ts';
import { rotateAgentsJob } from '#server/doors/jobs/rotate-agents.ts';
import { sweepTokensJob } from '#server/doors/jobs/sweep-tokens.ts';
import { syncOwnersJob } from '#server/doors/jobs/sync-owners.ts';
import { verifyAudit } from '#server/doors/jobs/verify-audit.ts';

/** Every job there is. */
export const jobs = [
  deliverMail,
  keepAuditMonths,
  archiveAudit,
  verifyAudit,
  notifyExpiringTokens,
  pruneUse,
  pruneTalliesJob,
  pruneDeviceRequestsJob,
  pruneTenantsJob,
  rotateAgentsJob,
  checkMcpServers,
  sweepTokensJob,
  syncOwnersJob,
] as readonly Job<never>[];

/** What the database has to know of them before a change can add one. */
export const queues: readonly Queue[] = jobs.map(({ name, schedule, longestSeconds }) => ({
  name,
  policy: schedule ? 'short' : 'standard',
  ...(longestSeconds && { expireInSeconds: longestSeconds }),
}));

/** Has this server do jobs as they come due. It serves already, so a database that is busy just now is no reason to end. */
export async function startJobs(runtime: Runtime): Promise<void> {
  const { boss } = runtime.jobs;
  for (const job of jobs) {
    await boss.work(job.name, { pollingIntervalSeconds: 2 }, async ([found]) => {
      if (found) await run(runtime, job, found.data as object);
    });
    const { schedule } = job;
    if (schedule) await untilAvailable(() => boss.schedule(job.name, schedule));
  }
}

/** Does what is in the queue now, in order, and returns how many jobs that were. A job that fails throws. */
export async function runJobs(runtime: Runtime): Promise<number> {
  const { boss } = runtime.jobs;
  let done = 0;
  for (const job of jobs) {
    for (let [found] = await boss.fetch(job.name); found; [found] = await boss.fetch(job.name)) {
      await run(runtime, job, found.data as object);
      await boss.complete(job.name, found.id);
      done++;
    }
  }
  return done;
}

async function run(runtime: Runtime, job: Job<never>, data: object): Promise<void> {
  try {
    await job.run(runtime, data as never);
  } catch (error) {
    runtime.log.error({ err: error, job: job.name }, 'a job failed');
    // What is thrown is kept with the job, its cause too: so without the statement and its parameters.
    // oxlint-disable-next-line preserve-caught-error
    throw new Error(describeError(error).message);
  }
}
