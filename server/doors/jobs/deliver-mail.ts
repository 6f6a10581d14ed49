import type { MailJob } from '#server/core/mail/schema.ts';
import { mailQueue } from '#server/core/mail/send.ts';
import type { Job } from '#server/doors/jobs/job.ts';
import { letters } from '#server/doors/jobs/letters.ts';

/** Writes a letter and hands it to the mail server; tried again for some minutes when that does not take it. */
export const deliverMail: Job<MailJob> = {
  name: mailQueue,
  async run(runtime, job) {
    const letter = await letters[job.kind](runtime, job);
    if (letter) await runtime.mailer?.deliver(letter);
  },
};
