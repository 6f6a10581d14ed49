import type { Transaction } from '#db/client.ts';
import type { MailJob } from '#server/mail/schema.ts';
import type { Runtime } from '#server/runtime.ts';

export const mailQueue = 'deliver-mail';

export function isMailConfigured({ config }: Runtime): boolean {
  return config.mail !== null;
}

/** Has a letter written and sent once the transaction is committed; does nothing where no mail can be sent. */
export async function queueMail(tx: Transaction, runtime: Runtime, job: MailJob): Promise<void> {
  if (isMailConfigured(runtime)) await runtime.jobs.add(tx, mailQueue, job);
}
