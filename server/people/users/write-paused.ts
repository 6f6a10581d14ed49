import type { Runtime } from '#server/core/access/context.ts';
import type { Letter, MailJob } from '#server/core/mail/schema.ts';
import { findAccount } from '#server/people/users/find-account.ts';

/** Tells somebody that others, or they themselves, tried too many passwords at their account. */
export async function writePausedLetter(runtime: Runtime, job: MailJob): Promise<Letter | null> {
  const user = await findAccount(runtime.db, job.tenantId, job.userId);
  if (!user || user.deactivatedAt) return null;
  return {
    to: user.email,
    subject: 'Too many wrong passwords at your account',
    lines: [
      'Somebody entered a wrong password for your account ten times within 15 minutes, so no password is taken for a quarter of an hour.',
      'If that was you: wait a little, or sign in by a link. Browsers in which you have signed in before still take your password.',
      'If it was not you: your password was not guessed, and there is nothing you have to do. A long password of its own for this account keeps it that way.',
    ],
    action: { label: 'Sign in', url: new URL('/login', runtime.config.url).href },
  };
}
