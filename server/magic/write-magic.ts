import type { TenantId } from '#server/access/principal.ts';
import { codeLifeMs, issueCode } from '#server/codes/issue.ts';
import type { Letter, MailJob } from '#server/mail/schema.ts';
import type { Runtime } from '#server/runtime.ts';
import { findAccount } from '#server/users/find-account.ts';

/** The letter with the link. Its code is made here, so that none lies in the job. */
export async function writeMagicLetter(runtime: Runtime, job: MailJob): Promise<Letter | null> {
  const user = await findAccount(runtime.db, job.tenantId, job.userId);
  if (!user || user.deactivatedAt) return null;
  const code = await runtime.db.transaction((tx) =>
    issueCode(
      tx,
      {
        tenantId: user.tenantId as TenantId,
        userId: user.id,
        purpose: 'magic',
        lifeMs: codeLifeMs.magic,
        payload: { next: job.about?.['next'] ?? '/' },
      },
      runtime.clock.now(),
    ),
  );
  return {
    to: user.email,
    subject: 'Your link to sign in',
    lines: ['Here is the link that you asked for. It works once, for 15 minutes.'],
    // After `#`, where no server, log or referrer gets to see it.
    action: { label: 'Sign in', url: `${runtime.config.url.origin}/magic#code=${code.reveal()}` },
    after: ['If you did not ask for it, leave it: nobody gets in without this mail.'],
  };
}
