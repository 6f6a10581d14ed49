import type { Runtime } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { Letter, MailJob } from '#server/core/mail/schema.ts';
import type { NoticeKind } from '#server/core/notifications/schema.ts';
import {
  findLogNotice,
  findNotice,
  type LogNoticeRow,
  type NoticeRow,
} from '#server/oversight/notifications/queries.ts';
import { isMoot, placesOf } from '#server/oversight/notifications/rules.ts';

type Words = (notice: NoticeRow) => Pick<Letter, 'subject' | 'lines'>;

const kindWords = { pat: 'your token', key: 'the API key', agent: 'your agent' } as const;

/** What the notice is about: one's own token, or a key that one answers for. */
const named = ({ name, credentialKind }: Pick<NoticeRow, 'name' | 'credentialKind'>) =>
  `${kindWords[credentialKind ?? 'pat']} "${name}"`;
/** What a finder ends: of an agent only its secret. */
const ended = (notice: Pick<NoticeRow, 'name' | 'credentialKind'>) =>
  notice.credentialKind === 'agent' ? `the secret of ${named(notice)}` : named(notice);
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const expires: Words = ({ expiresAt, ...notice }) => ({
  subject: `${capital(named(notice))} expires on ${dayWords(expiresAt)}`,
  lines: [
    `${capital(named(notice))} expires on ${timeWords(expiresAt)}. It was used in the last 30 days; from then on calls with it are refused.`,
    'Make a new one in time, and put it where this one is used.',
  ],
});

const words: Record<NoticeKind, Words> = {
  expires_14: expires,
  expires_7: expires,
  expires_1: expires,
  expired_in_use: ({ expiresAt, ...notice }) => ({
    subject: `${capital(named(notice))} has expired and is still being used`,
    lines: [
      `${capital(named(notice))} expired on ${timeWords(expiresAt)}. Something still uses it, and is refused.`,
      'Make a new one for it, or stop what calls.',
    ],
  }),
  reuse: ({ address, createdAt, enabled, ...notice }) => ({
    subject: `An old secret of ${named(notice)} was used again`,
    lines: [
      `On ${timeWords(createdAt)} somebody used a secret of ${named(notice)} that a rotation had replaced${from(address)}. It was refused.`,
      'It may be a machine that was forgotten. It may also be somebody who copied the secret: then rotate the token at once, without a grace.',
      ...(enabled ? [] : ['The token has been switched off.']),
    ],
  }),
  exposed: ({ address, createdAt, ...notice }) => ({
    subject: `${capital(named(notice))} was sent in an address`,
    lines: [
      `On ${timeWords(createdAt)} ${named(notice)} was sent as part of an address${from(address)}. Addresses end up in logs and histories, so others may have seen it.`,
      'Rotate it, and send it as "Authorization: Bearer <token>".',
    ],
  }),
  revoked_by_holder: ({ createdAt, ...notice }) => ({
    subject: `${capital(ended(notice))} was revoked by somebody who found it`,
    lines: [
      `On ${timeWords(createdAt)} somebody who holds the secret of ${named(notice)} reported it, and so it was revoked: whatever used it has stopped working.`,
      `Find out where the secret was to be found before you ${notice.credentialKind === 'agent' ? 'enroll the agent again' : 'make a new one'}.`,
    ],
  }),
  setup_reused: ({ address, createdAt, ...notice }) => ({
    subject: `A setup code was used twice, so ${named(notice)} was revoked`,
    lines: [
      `On ${timeWords(createdAt)} somebody used the setup code again that had made ${named(notice)}${from(address)}. One of the two may not have been you, so the token was revoked: whatever used it has stopped working.`,
      'If it was you both times, make a new code. If not, find out who could read the code.',
    ],
  }),
  agent_code_reused: ({ address, createdAt, ...notice }) => ({
    subject: `The enrollment code of ${named(notice)} was used twice`,
    lines: [
      `On ${timeWords(createdAt)} the code that had enrolled ${named(notice)} was used again${from(address)}. One of the two may not have been yours, so the secret was revoked: the agent has stopped working.`,
      'Create a new code and enroll it again. Find out who could read the old one.',
    ],
  }),
  agent_stuck: ({ createdAt, ...notice }) => ({
    subject: `${capital(named(notice))} does not confirm its new secrets`,
    lines: [
      `Three new secrets were delivered to ${named(notice)} and not confirmed, the last on ${timeWords(createdAt)}. It still works with its old one, and no more rotations are tried by themselves.`,
      'Look at what it logs, then rotate it by hand.',
    ],
  }),
  agent_cloned: ({ visits, createdAt, ...notice }) => ({
    subject: `${capital(named(notice))} seems to run in two places`,
    lines: [
      `On ${timeWords(createdAt)} it looked as if ${named(notice)} ran twice: ${placesOf(visits ?? [])}.`,
      'If you copied it yourself, give the copy an agent of its own. If not, pause it, and enroll it again on a machine that you trust.',
    ],
  }),
  agent_lost: ({ address, createdAt, ...notice }) => ({
    subject: `${capital(named(notice))} cannot connect`,
    lines: [
      `On ${timeWords(createdAt)} ${named(notice)} showed a secret that this server does not know${from(address)}. That happens when the server was restored from a backup.`,
      'Create a new code and enroll it again.',
    ],
  }),
  password_set: ({ address, createdAt }) => ({
    subject: 'Your Keyward account now has a password',
    lines: [
      `On ${timeWords(createdAt)} a password was set for your account, which had none${from(address)}. It can now be used to sign in as you.`,
      'If that was you, or an admin did it at your request, there is nothing to do. If not, change it on your account page, sign out everywhere else there, and tell an admin.',
    ],
  }),
};

/** The letter of a notice; null when it has been dismissed, or the token was replaced or revoked meanwhile. */
export async function writeNoticeLetter(runtime: Runtime, job: MailJob): Promise<Letter | null> {
  const [tenantId, id] = [job.tenantId as TenantId, job.about?.['noticeId'] ?? ''];
  const ofLog = await findLogNotice(runtime.db, tenantId, id);
  if (ofLog) return writeLogLetter(runtime, ofLog);
  const notice = await findNotice(runtime.db, tenantId, id);
  if (!notice || notice.ownerDeactivatedAt) return null;
  if (notice.kind !== 'password_set' && isMoot(notice, runtime.clock.now())) return null;
  const letter = { to: notice.email, ...words[notice.kind](notice) };
  const urlOf = (path: string) => new URL(path, runtime.config.url).href;
  if (!notice.credentialId)
    return { ...letter, action: { label: 'Open your account', url: urlOf('/account') } };
  return {
    ...letter,
    action: {
      label: `Look at the ${notice.credentialKind === 'pat' ? 'token' : notice.credentialKind}`,
      url: urlOf(pageOf(notice)),
    },
    // An agent whose secret was revoked has none.
    after: notice.prefix ? [`It begins with ${notice.prefix}.`] : [],
  };
}

function pageOf({ credentialKind, credentialId, prefix }: NoticeRow): string {
  if (credentialKind === 'agent') return `/agents?agent=${credentialId}`;
  return `/${credentialKind === 'key' ? 'admin/keys' : 'tokens'}?search=${prefix}`;
}

function writeLogLetter({ config }: Runtime, notice: LogNoticeRow): Letter | null {
  if (notice.dismissedAt || notice.deactivatedAt || notice.role !== 'admin') return null;
  const isFinding = notice.kind === 'audit_finding';
  return {
    to: notice.email,
    subject: isFinding ? 'The audit log is not intact' : 'The audit log could not be verified',
    lines: [
      `${isFinding ? 'The daily verification of the audit log found: ' : ''}${notice.detail}`,
      isFinding
        ? 'Verify it yourself on the Audit page, and find out who has access to the database.'
        : 'Until it can be verified again, nothing shows whether the log was changed.',
    ],
    action: { label: 'Open the Audit page', url: new URL('/admin/audit', config.url).href },
  };
}

const from = (address: string | null) => (address ? `, from ${address}` : '');
const dayWords = (at: Date | null) => at?.toISOString().slice(0, 10) ?? '';
const timeWords = (at: Date | null) => (at ? `${dayWords(at)} at ${at.toISOString().slice(11, 16)} UTC` : '');
