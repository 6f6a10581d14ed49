'use client';
import { Ban, Mail, MailX, UserX } from 'lucide-react';
import { Pill } from '#components/ui/pill.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { UserView } from '#server/people/users/schema.ts';

/** What is out of the ordinary about a person, else when they last came. */
export function UserState({ user }: { user: UserView }) {
  const now = useNow();
  if (user.status === 'deleted')
    return (
      <Pill tone="idle" icon={Ban}>
        Deleted
      </Pill>
    );
  if (user.status === 'deactivated')
    return (
      <Pill tone="danger" icon={UserX}>
        Deactivated
      </Pill>
    );
  if (user.isInvited) {
    return user.inviteExpiresAt && new Date(user.inviteExpiresAt) > now ? (
      <Pill tone="warn" icon={Mail}>
        Invited
      </Pill>
    ) : (
      <Pill tone="idle" icon={MailX}>
        No open invite
      </Pill>
    );
  }
  if (!user.lastSignInAt) return <span className="text-sm text-faint">Never signed in</span>;
  return (
    <span className="text-sm text-muted">
      <TimeAgo at={user.lastSignInAt} before="Signed in" />
    </span>
  );
}
