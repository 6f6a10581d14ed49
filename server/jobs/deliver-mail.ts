import type { Job } from '#server/jobs/job.ts';
import { letters } from '#server/jobs/letters.ts';
import type { MailJob } from '#server/mail/schema.ts';
import { mailQueue } from '#server/mail/send.ts';

/** Writes a letter and hands it to the mail server; tried again for some minutes when that does not take it. */
export const deliverMail: Job<MailJob> = {
  name: mailQueue,
  async run(runtime, job) {
    const letter = await letters[job.kind]?.(runtime, job);
    if (letter) await runtime.mailer?.deliver(letter);
  },
};
