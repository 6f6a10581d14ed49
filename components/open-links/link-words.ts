import {
  Bot,
  KeyRound,
  Link2,
  type LucideIcon,
  Mail,
  MailPlus,
  Terminal,
  TerminalSquare,
} from 'lucide-react';
import type { BadgeVariant } from '#components/ui/badge.tsx';
import type { LinkKind, LinkView } from '#server/core/one-time-codes/schema.ts';

interface KindWords {
  label: string;
  icon: LucideIcon;
  variant: BadgeVariant;
  /** What revoking it means for the person, who can be given another. */
  revoked: (name: string) => string;
}

export const kindWords: Record<LinkKind, KindWords> = {
  invite: {
    label: 'Invite',
    icon: MailPlus,
    variant: 'warn',
    revoked: (name) => `${name} can no longer join with it. To invite them again, create a new one.`,
  },
  reset: {
    label: 'Reset link',
    icon: Link2,
    variant: 'sky',
    revoked: (name) =>
      `${name} can no longer choose a new password with it. Their current password is unchanged.`,
  },
  password: {
    label: 'Temporary password',
    icon: KeyRound,
    variant: 'sky',
    revoked: (name) => `${name} can no longer sign in with it. To let them choose one, create a reset link.`,
  },
  magic: {
    label: 'Sign-in link',
    icon: Mail,
    variant: 'idle',
    revoked: (name) => `${name} can no longer sign in with it. They can request another on the sign-in page.`,
  },
  setup: {
    label: 'Setup code',
    icon: TerminalSquare,
    variant: 'plum',
    revoked: (name) => `No machine can get a token of ${name} with it. They can create another.`,
  },
  device: {
    label: 'Approved device',
    icon: Terminal,
    variant: 'plum',
    revoked: (name) => `The device gets no token of ${name}. They can approve it again.`,
  },
  agent: {
    label: 'Enrollment code',
    icon: Bot,
    variant: 'plum',
    revoked: () => 'No machine can enroll the agent with it. To enroll it, create a new code.',
  },
};

/** "the invite for Grace Hopper" */
export function nameOfLink({ kind, user, about }: LinkView): string {
  const label = kindWords[kind].label.toLowerCase();
  return about ? `the ${label} “${about}” of ${user.name}` : `the ${label} for ${user.name}`;
}

/** "by ada@example.com, with provisioning" */
export function issuerWords({ kind, issuedBy, credential, user }: LinkView): string {
  if (!issuedBy) return kind === 'magic' ? 'requested on the sign-in page' : 'by an operator';
  const by = issuedBy.id === user.id ? 'by themselves' : `by ${issuedBy.label}`;
  return credential ? `${by}, with ${credential.name}` : by;
}
