import type { Logger } from 'pino';
import type { Database, Transaction } from '#db/client.ts';
import type { JobQueue } from '#db/job-queue.ts';
import { createWriteBehind, type WriteBehind } from '#db/write-behind.ts';
import type { Runtime } from '#server/core/access/context.ts';
import type { MailJob } from '#server/core/mail/schema.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    mailSoon: WriteBehind<MailJob>;
  }
}

export const mailQueue = 'deliver-mail';

export function isMailConfigured({ config }: Runtime): boolean {
  return config.mail !== null;
}

/** Letters that wait a moment for their job. */
export function createMailSoon(db: Database, jobs: JobQueue, log: Logger): WriteBehind<MailJob> {
  return createWriteBehind<MailJob>({
    everyMs: 250,
    limit: 10_000,
    merge: (_, later) => later,
    write: (waiting) =>
      db.transaction(async (tx) => {
        for (const job of waiting) await jobs.add(tx, mailQueue, job);
      }),
    onError: (error) => log.error({ err: error }, 'letters could not be queued'),
    onDrop: (dropped) => log.error({ dropped }, 'letters were dropped'),
  });
}

/**
 * Has a letter sent that belongs to no change, without the asker waiting: an answer then takes as long whether there is
 * anybody to write to or not. Asked for again within a moment, it is sent once.
 */
export function mailSoon(runtime: Runtime, job: MailJob): void {
  if (isMailConfigured(runtime)) runtime.mailSoon.add(`${job.kind} ${job.userId}`, job);
}

/** Has a letter written and sent once the transaction is committed; does nothing where no mail can be sent. */
export async function queueMail(tx: Transaction, runtime: Runtime, job: MailJob): Promise<void> {
  if (isMailConfigured(runtime)) await runtime.jobs.add(tx, mailQueue, job);
}
