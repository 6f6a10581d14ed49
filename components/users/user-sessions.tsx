'use client';
import { Button } from '#components/ui/button.tsx';
import { PanelSection } from '#components/ui/panel-section.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import type { UserDetailView } from '#server/people/users/schema.ts';
import { useRevokeUserSession } from './use-user-changes.ts';
import type { RowActs } from './user-row.tsx';

/** Where a person is signed in; each of it, or all, ends by a press: signing in again undoes it. */
export function UserSessions({
  user: { holds, ...user },
  onSignOut,
}: {
  user: UserDetailView;
  onSignOut: RowActs['onSignOut'];
}) {
  const { mutate, isPending, variables } = useRevokeUserSession();
  const { sessions } = holds;
  return (
    <PanelSection
      title="Signed in"
      aside={
        sessions.length > 1 && (
          <Button size="sm" onClick={() => onSignOut(user)}>
            Sign out everywhere
          </Button>
        )
      }
    >
      {sessions.length === 0 && <p className="text-sm text-muted">Nowhere at the moment.</p>}
      <ul className="grid gap-2">
        {sessions.map(({ id, device, address, lastSeenAt }) => (
          <li key={id} className="flex items-center gap-3 text-sm">
            <div className="min-w-0 flex-1">
              <p className="truncate">{device}</p>
              <p className="truncate text-xs text-faint">
                <TimeAgo at={lastSeenAt} before="Seen" /> {address && `from ${address}`}
              </p>
            </div>
            <Button
              size="sm"
              aria-label={`Sign out ${device}${address ? ` at ${address}` : ''}`}
              pending={isPending && variables.sessionId === id}
              onClick={() => mutate({ id: user.id, sessionId: id })}
            >
              Sign out
            </Button>
          </li>
        ))}
      </ul>
    </PanelSection>
  );
}
