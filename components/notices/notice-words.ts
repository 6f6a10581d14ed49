import { Clock, ClockAlert, Eye, KeyRound, type LucideIcon, ShieldAlert } from 'lucide-react';
import { agoWords, relativeWords } from '#components/ui/time-words.ts';
import type { NoticeKind, NoticeView } from '#server/core/notifications/schema.ts';

interface Said {
  icon: LucideIcon;
  variant: 'idle' | 'warn' | 'danger';
  /** What stands around the name of what it is about, which is where the `…` is. */
  title: string;
  detail: string;
  /** The token or key itself, the account, or the page of the log. */
  subject: { name: string; href: string };
}

const auditLog = { name: 'audit log', href: '/admin/audit' };
const account = { name: 'your account', href: '/account' };

const pages = { pat: '/tokens?token=', key: '/admin/keys?key=', agent: '/agents?agent=' } as const;
const hrefOf = ({ kind, id }: NonNullable<NoticeView['token']>) => pages[kind] + id;

/** What a notice says, in a line and a sentence. */
export function noticeWords(notice: NoticeView, now: Date): Said {
  const { kind, token, detail } = notice;
  if (kind === 'audit_finding' || kind === 'audit_unverified')
    return {
      icon: ShieldAlert,
      variant: 'danger',
      title: kind === 'audit_finding' ? 'The … is not intact' : 'The … could not be verified',
      detail: detail ?? '',
      subject: auditLog,
    };
  const subject = token ? { name: token.name, href: hrefOf(token) } : account;
  return { ...ownWords({ ...notice, kind }, now), subject };
}

function ownWords(
  { kind, token, address, detail, createdAt }: NoticeView & { kind: NoticeKind },
  now: Date,
): Omit<Said, 'subject'> {
  const happened = `${agoWords(new Date(createdAt), now)}${address ? `, from ${address}` : ''}`;
  switch (kind) {
    case 'expires_14':
    case 'expires_7':
    case 'expires_1':
      return {
        icon: Clock,
        // The first comes early: its token is not marked as expiring yet.
        variant: kind === 'expires_14' ? 'idle' : 'warn',
        title: `… expires ${relativeWords(new Date(token?.expiresAt ?? createdAt), now)}`,
        detail: 'It is in use. Make a new one in time, and put it where this one is.',
      };
    case 'expired_in_use':
      return {
        icon: ClockAlert,
        variant: 'warn',
        title: '… has expired and is still being used',
        detail: `Something was refused ${happened}. Give it a new token, or stop it.`,
      };
    case 'reuse':
      return {
        icon: ShieldAlert,
        variant: 'danger',
        title: 'An old secret of … was used again',
        detail: `Refused ${happened}. If that is no machine that was forgotten, rotate it without a grace.${token?.enabled === false ? ' It has been disabled.' : ''}`,
      };
    case 'exposed':
      return {
        icon: Eye,
        variant: 'danger',
        title: '… was sent in an address',
        detail: `Refused ${happened}. Addresses end up in logs, so others may have seen it: rotate it.`,
      };
    case 'revoked_by_holder':
      return {
        icon: KeyRound,
        variant: 'danger',
        title:
          token?.kind === 'agent'
            ? 'The secret of … was revoked by someone who found it'
            : '… was revoked by somebody who found it',
        detail: `Reported ${happened}. Find out where its secret was to be found.`,
      };
    case 'setup_reused':
      return {
        icon: ShieldAlert,
        variant: 'danger',
        title: '… was revoked: its setup code was used twice',
        detail: `The second time ${happened}. If that was not you, find out who could read the code.`,
      };
    case 'agent_code_reused':
      return {
        icon: ShieldAlert,
        variant: 'danger',
        title: 'The enrollment code of … was used twice',
        detail: `The second time ${happened}. Its secret was revoked. Enroll it again with a new code, and find out who could read the old one.`,
      };
    case 'agent_stuck':
      return {
        icon: ClockAlert,
        variant: 'warn',
        title: '… does not confirm its new secrets',
        detail: `Three rotations were delivered and not confirmed, the last ${happened}. No more are tried until you rotate it by hand.`,
      };
    case 'agent_cloned':
      return {
        icon: ShieldAlert,
        variant: 'danger',
        title: '… seems to run in two places',
        detail: `Noticed ${happened}${detail ? `, ${detail}` : ''}. If you did not copy it, pause it and enroll it again.`,
      };
    case 'agent_lost':
      return {
        icon: ShieldAlert,
        variant: 'warn',
        title: '… shows a secret that is not known here',
        detail: `Refused ${happened}. Enroll it again with a new code.`,
      };
    case 'password_set':
      return {
        icon: KeyRound,
        variant: 'warn',
        title: 'A password was set for …',
        detail: `It had none before. Set ${happened}. If that was neither you nor an admin for you, change it and tell an admin.`,
      };
  }
}
