'use client';
import { ArrowRight, PencilLine } from 'lucide-react';
import { Failed } from '#components/api/failed.tsx';
import { RecentEvents } from '#components/audit/recent-events.tsx';
import { Button } from '#components/ui/button.tsx';
import { DescriptionItem, DescriptionList } from '#components/ui/description-list.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { SidePanel } from '#components/ui/side-panel.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { exactWords } from '#components/ui/time-words.ts';
import type { UserDetailView } from '#server/people/users/schema.ts';
import { RoleBadge } from './role-badge.tsx';
import { useUser } from './use-user.ts';
import { placesOf } from './user-actions.tsx';
import { UserAgents } from './user-agents.tsx';
import type { RowActs } from './user-row.tsx';
import { UserSessions } from './user-sessions.tsx';
import { UserState } from './user-state.tsx';
import { UserTokens } from './user-tokens.tsx';

interface UserPanelProps {
  id: string;
  acts: RowActs;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/** One person in full: who they are, where they are signed in, what they hold and what they did. */
export function UserPanel({ id, acts, returnTo, onClose }: UserPanelProps) {
  const { data: user, error } = useUser(id);
  return (
    <SidePanel
      title={user?.name ?? 'Person'}
      description={
        user && (
          <span className="mt-1.5 flex flex-wrap items-center gap-2">
            <RoleBadge role={user.role} />
            <UserState user={user} />
          </span>
        )
      }
      onClose={onClose}
      returnTo={returnTo}
      footer={
        user &&
        user.status !== 'deleted' && (
          <Button onClick={() => acts.onAsk('edit', user)}>
            <PencilLine aria-hidden />
            Edit…
          </Button>
        )
      }
    >
      {!user && (error ? <Failed error={error} /> : <PanelSkeleton />)}
      {user && (
        <div className="grid gap-6">
          <Profile user={user} />
          <UserSessions user={user} onSignOut={acts.onSignOut} />
          <UserTokens user={user} />
          <UserAgents user={user} />
          <RecentEvents title="What they did last" of={{ actor: id }} />
          <nav aria-label="More about them" className="flex flex-wrap gap-2 empty:hidden">
            {placesOf(user).map(({ href, label }) => (
              <PageLink key={href} href={href} className="inline-flex items-center gap-1.5 text-accent-ink">
                All {label.toLowerCase()}
                <ArrowRight aria-hidden className="size-4" />
              </PageLink>
            ))}
          </nav>
        </div>
      )}
    </SidePanel>
  );
}

const exactly = (at: string | null, otherwise: string) => (at ? exactWords(new Date(at)) : otherwise);

function Profile({ user }: { user: UserDetailView }) {
  return (
    <DescriptionList>
      <DescriptionItem name="E-mail">{user.email}</DescriptionItem>
      <DescriptionItem name="Added">{exactly(user.createdAt, '')}</DescriptionItem>
      <DescriptionItem name="Last sign-in">{exactly(user.lastSignInAt, 'Never')}</DescriptionItem>
      {user.inviteExpiresAt && (
        <DescriptionItem name="Invite ends">{exactly(user.inviteExpiresAt, '')}</DescriptionItem>
      )}
      {user.deactivatedAt && (
        <DescriptionItem name="Deactivated">{exactly(user.deactivatedAt, '')}</DescriptionItem>
      )}
      {user.deactivatedBy && <DescriptionItem name="By">{user.deactivatedBy.label}</DescriptionItem>}
      {user.deactivateReason && <DescriptionItem name="Reason">{user.deactivateReason}</DescriptionItem>}
      {user.deletedAt && <DescriptionItem name="Deleted">{exactly(user.deletedAt, '')}</DescriptionItem>}
    </DescriptionList>
  );
}

function PanelSkeleton() {
  return (
    <div role="status" aria-label="Loading the person" className="grid gap-3">
      {['w-64', 'w-52', 'w-60', 'w-56'].map((width) => (
        <Skeleton key={width} className={`h-3.5 max-w-full ${width}`} />
      ))}
      <Skeleton className="mt-6 h-16 w-full" />
    </div>
  );
}
