import type { Runtime } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { Letter, MailJob } from '#server/core/mail/schema.ts';
import { codeLifeMs, issueCode } from '#server/core/one-time-codes/issue.ts';
import { lockAccountById } from '#server/people/users/find-account.ts';

/**
 * The letter with the link. Its code is made here, so that none lies in the job, and under a lock: a deactivation or a new
 * address either is seen here, or finds the code and ends it.
 */
export async function writeMagicLetter(runtime: Runtime, job: MailJob): Promise<Letter | null> {
  if (!runtime.config.ways.magic) return null;
  const made = await runtime.db.transaction(async (tx) => {
    const user = await lockAccountById(tx, job.tenantId, job.userId);
    if (!user || user.deactivatedAt) return null;
    const holder = { tenantId: user.tenantId as TenantId, userId: user.id };
    const payload = { next: job.about?.['next'] ?? '/' };
    const code = { ...holder, purpose: 'magic', lifeMs: codeLifeMs.magic, issuer: null, payload } as const;
    return { to: user.email, code: await issueCode(tx, code, runtime.clock.now()) };
  });
  if (!made) return null;
  return {
    to: made.to,
    subject: 'Your link to sign in',
    lines: ['Here is the link that you asked for. It works once, for 15 minutes.'],
    // After `#`, where no server, log or referrer gets to see it.
    action: { label: 'Sign in', url: `${runtime.config.url.origin}/magic#code=${made.code.reveal()}` },
    after: ['If you did not ask for it, leave it: nobody gets in without this mail.'],
  };
}
