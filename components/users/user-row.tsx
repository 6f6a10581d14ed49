'use client';
import { buttonClass } from '#components/ui/button.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { RowButton } from '#components/ui/row.tsx';
import { Switch } from '#components/ui/switch.tsx';
import type { UserView } from '#server/people/users/schema.ts';
import { PersonChip } from './person-chip.tsx';
import { RoleBadge } from './role-badge.tsx';
import type { Question } from './use-user-dialogs.tsx';
import { placesOf, UserActions } from './user-actions.tsx';
import { UserState } from './user-state.tsx';

/** The columns shared by every row and by its skeleton, so that the eye can run down them. */
export const rowGrid =
  'grid min-h-14 grid-cols-[minmax(0,1fr)_auto_auto] items-center gap-x-3 gap-y-1.5 rounded-card border border-line bg-surface py-2 pr-2 pl-3.5 @2xl:grid-cols-[minmax(0,1fr)_6.5rem_9.5rem_4.5rem_2.25rem_2rem] @2xl:gap-x-4';

export interface RowActs {
  selfId: string | undefined;
  onOpen: (user: UserView) => void;
  onAsk: (question: Question, user: UserView) => void;
  onActivate: (user: UserView) => void;
  onSignOut: (user: UserView) => void;
}

export const rowId = (id: string) => `user-${id}`;

/** Deactivates or activates: not oneself, and not who was deleted. */
export function switchUser(user: UserView, acts: RowActs) {
  if (user.status === 'deactivated') acts.onActivate(user);
  if (user.status === 'active' && user.id !== acts.selfId) acts.onAsk('deactivate', user);
}

export function UserRow({ user, acts }: { user: UserView; acts: RowActs }) {
  const isSelf = user.id === acts.selfId;
  const isActive = user.status === 'active';
  return (
    <article
      aria-label={user.name}
      className={`${rowGrid} relative transition-colors duration-120 hover:border-line-strong [&_:is(button,a)]:relative`}
    >
      <RowButton id={rowId(user.id)} onOpen={() => acts.onOpen(user)} className="flex">
        <PersonChip name={user.name} email={user.email} note={isSelf ? 'you' : undefined} faded={!isActive} />
      </RowButton>
      <span className="order-1 col-span-full flex flex-wrap items-center gap-x-3 gap-y-1.5 pl-9.5 @2xl:order-none @2xl:contents">
        <RoleBadge role={user.role} />
        <span className="min-w-0">
          <UserState user={user} />
        </span>
        <span className="flex @max-2xl:ml-auto">
          {placesOf(user).map(({ href, label, icon: Icon }) => (
            <PageLink
              key={href}
              href={href}
              aria-label={`${label} of ${user.name}`}
              title={label}
              className={buttonClass({ variant: 'ghost', size: 'icon' })}
            >
              <Icon aria-hidden />
            </PageLink>
          ))}
        </span>
      </span>
      {user.status === 'deleted' ? (
        <span />
      ) : (
        <Switch
          label={`Active: ${user.name}`}
          on={isActive}
          disabled={isSelf}
          onPress={() => switchUser(user, acts)}
        />
      )}
      <UserActions user={user} isSelf={isSelf} onAsk={acts.onAsk} onSignOut={acts.onSignOut} />
    </article>
  );
}
