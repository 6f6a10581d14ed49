import type { Transaction } from '#db/client.ts';
import type { Config } from '#server/config.ts';
import type { Runtime } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { Letter, MailJob } from '#server/core/mail/schema.ts';
import { codeLifeMs, issueSecondCode } from '#server/core/one-time-codes/issue.ts';
import { linkOf, type LinkPurpose } from '#server/people/users/issue-links.ts';
import { findUser, type UserRow } from '#server/people/users/queries.ts';

/** The invite; null once it was accepted, taken back or has run out. */
export async function writeInviteLetter(runtime: Runtime, job: MailJob): Promise<Letter | null> {
  const link = await issueOwnLink(runtime, job, 'invite');
  if (!link) return null;
  const { ways, url } = runtime.config;
  const { origin } = url;
  return {
    to: link.user.email,
    subject: 'You are invited to Keyward',
    lines: [
      `Hello ${link.user.name},`,
      `An admin has made an account for you at ${origin}. There you make the tokens that your command lines, CI jobs and agents work with.`,
      ...(ways.password ? [] : [howToSignIn(runtime.config, link.user.email)]),
    ],
    action: { label: 'Accept the invite', url: link.url },
    after: ['The link works once, for 24 hours. If you did not expect it, leave it be: nothing happens.'],
  };
}

/** Where passwords are off: how an invited person signs in. */
function howToSignIn({ ways, oidc }: Config, email: string): string {
  const byIssuer = oidc && `sign in with ${oidc.name} as ${email}`;
  const byMail = ways.magic && `have a link to sign in mailed to ${email}`;
  return `There are no passwords: open the link below and ${[byIssuer, byMail].filter(Boolean).join(', or ')}.`;
}

/** The link to choose a new password; null once it was used, taken back or has run out. */
export async function writeResetLetter(runtime: Runtime, job: MailJob): Promise<Letter | null> {
  const link = runtime.config.ways.password && (await issueOwnLink(runtime, job, 'reset'));
  if (!link) return null;
  return {
    to: link.user.email,
    subject: 'Choose a new password for Keyward',
    lines: [
      `Hello ${link.user.name},`,
      'An admin has made a link for you to choose a new password. Your present one works until you do; then every browser of yours is signed out.',
    ],
    action: { label: 'Choose a new password', url: link.url },
    after: [
      'The link works once, for 24 hours. If you did not ask for it, do not open it, and tell your admin.',
    ],
  };
}

/** The letter’s own code: the one that the admin was shown lies nowhere. While that one is open, the letter is wanted. */
function issueOwnLink(
  runtime: Runtime,
  job: MailJob,
  purpose: LinkPurpose,
): Promise<{ url: string; user: UserRow } | null> {
  const holder = { tenantId: job.tenantId as TenantId, userId: job.userId };
  return runtime.db.transaction(async (tx: Transaction) => {
    const second = { holder, purpose, lifeMs: codeLifeMs[purpose] };
    const code = await issueSecondCode(tx, second, runtime.clock.now());
    const user = await findUser(tx, holder.tenantId, holder.userId);
    return code && user && !user.deactivatedAt ? { url: linkOf(runtime, purpose, code), user } : null;
  });
}
