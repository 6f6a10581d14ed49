'use client';
import { Ban, Mail, MailX, UserX } from 'lucide-react';
import { Badge } from '#components/ui/badge.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { UserView } from '#server/people/users/schema.ts';

/** What is out of the ordinary about a person, else when they last came. */
export function UserState({ user }: { user: UserView }) {
  const now = useNow();
  if (user.status === 'deleted')
    return (
      <Badge variant="idle" icon={Ban}>
        Deleted
      </Badge>
    );
  if (user.status === 'deactivated')
    return (
      <Badge variant="danger" icon={UserX}>
        Deactivated
      </Badge>
    );
  if (user.isInvited) {
    return user.inviteExpiresAt && new Date(user.inviteExpiresAt) > now ? (
      <Badge variant="warn" icon={Mail}>
        Invited
      </Badge>
    ) : (
      <Badge variant="idle" icon={MailX}>
        No open invite
      </Badge>
    );
  }
  if (!user.lastSignInAt) return <span className="text-sm text-faint">Never signed in</span>;
  return (
    <span className="text-sm text-muted">
      <TimeAgo at={user.lastSignInAt} before="Signed in" />
    </span>
  );
}
