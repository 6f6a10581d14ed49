'use client';
import { cx } from 'class-variance-authority';
import { RowButton } from '#components/ui/row.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import { useNow } from '#components/ui/use-now.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { AgentFoot } from './agent-foot.tsx';
import { menuId, titleId } from './agent-ids.ts';
import { AgentMenu } from './agent-menu.tsx';
import { offersOf, type Viewer } from './agent-rights.ts';
import { AgentStatusBadge } from './agent-status.tsx';
import type { AgentActs } from './start-act.ts';

export const cardShell =
  'relative flex flex-wrap items-center gap-x-3 rounded-card border border-line bg-surface py-2 pr-2 pl-3.5';

/** The columns shared by every card and by its skeleton, so that the eye can run down them. */
export const cardGrid =
  'grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_auto_2rem] items-center gap-x-3 @2xl:min-h-10 @2xl:grid-cols-[minmax(0,1fr)_8.5rem_10.5rem_7.5rem_2rem] @2xl:gap-x-4 @4xl:grid-cols-[minmax(0,1fr)_9rem_12rem_9rem_2rem]';

interface AgentCardProps {
  item: AgentView;
  isOpen: boolean;
  viewer: Viewer;
  acts: AgentActs;
}

/** An agent, as an article of a list: which one, whether it is well, when it was seen, when its secret is replaced. */
export function AgentCard({ item, isOpen, viewer, acts }: AgentCardProps) {
  const offers = offersOf(item, viewer);
  const isOff = !item.enabled;
  return (
    <article
      aria-labelledby={titleId(item)}
      aria-current={isOpen || undefined}
      className={cx(
        cardShell,
        'transition-colors duration-120 hover:border-line-strong aria-current:border-accent-ink [&_:is(button,a)]:relative',
      )}
    >
      <div className={cardGrid}>
        <div className="min-w-0">
          <h2 title={item.name} className={cx('truncate font-semibold', isOff && 'text-muted')}>
            <RowButton
              id={titleId(item)}
              onOpen={() => acts.onOpen(item)}
              className="block max-w-full truncate"
            >
              {item.name}
            </RowButton>
          </h2>
          <Whose item={item} isOwn={item.ownerId === viewer.userId} />
        </div>
        <AgentStatusBadge status={item.status} />
        <div className="order-1 col-span-full mt-1.5 grid grid-cols-2 gap-x-3 @2xl:order-0 @2xl:contents">
          <LastSeen item={item} />
          <NextRotation item={item} />
        </div>
        <AgentMenu
          id={menuId(item)}
          label={`Actions for ${item.name}`}
          item={item}
          offers={offers}
          acts={acts}
        />
      </div>
      <AgentFoot item={item} offers={offers} acts={acts} />
    </article>
  );
}

function Whose({ item: { owner, description }, isOwn }: { item: AgentView; isOwn: boolean }) {
  const words = [isOwn ? 'Yours' : owner.label, description].filter(Boolean).join(' · ');
  return (
    <p title={words} className="truncate text-sm text-faint">
      {words}
    </p>
  );
}

function LastSeen({ item: { online, connectedAt, lastSeenAt, host, epoch } }: { item: AgentView }) {
  return (
    <div className="min-w-0 text-sm">
      {online && connectedAt && <TimeAgo at={connectedAt} before="Connected" under={host} />}
      {!online && lastSeenAt && <TimeAgo at={lastSeenAt} before="Seen" under={host} />}
      {!online && !lastSeenAt && (
        <>
          <p className="text-faint">{epoch === null ? 'Not enrolled' : 'Enrolled'}</p>
          {host && <p className="truncate text-xs text-faint">{host}</p>}
        </>
      )}
    </div>
  );
}

function NextRotation({ item: { rotateAfter, epoch } }: { item: AgentView }) {
  const now = useNow();
  if (!rotateAfter) return <p className="text-sm text-faint">No secret yet</p>;
  const isDue = new Date(rotateAfter) <= now;
  return (
    <div className={cx('min-w-0 text-sm', isDue && 'text-warn')}>
      <TimeAgo at={rotateAfter} before={isDue ? 'Due' : 'Rotates'} ahead={!isDue} under={`Epoch ${epoch}`} />
    </div>
  );
}
