import type { Letter, MailJob } from '#server/mail/schema.ts';
import type { Runtime } from '#server/runtime.ts';
import { findAccount } from '#server/users/find-account.ts';

/** Tells a person that their account, which had no password, has one now. */
export async function writePasswordSetLetter(runtime: Runtime, job: MailJob): Promise<Letter | null> {
  const user = await findAccount(runtime.db, job.tenantId, job.userId);
  if (!user || user.deactivatedAt) return null;
  return {
    to: user.email,
    subject: 'Your Keyward account now has a password',
    lines: [
      `Hello ${user.name},`,
      `A password was set for your account at ${runtime.config.url.origin}, which had none before. It can now be used to sign in as you.`,
      'If that was you, or an admin did it at your request, there is nothing to do. If not, change it on your account page, sign out everywhere else there, and tell an admin.',
    ],
    action: { label: 'Open your account', url: new URL('/account', runtime.config.url).href },
  };
}
