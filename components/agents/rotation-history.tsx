'use client';
import { useQuery } from '@tanstack/react-query';
import { cx } from 'class-variance-authority';
import { PanelSection } from '#components/ui/panel-section.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import type { RotationView } from '#server/credentials/rotation/schema.ts';
import { rotationsQuery } from './agent-query.ts';
import { causeWords, failureWords } from './rotation-reasons.ts';
import { isOpen, stateWords } from './rotation-words.ts';

/** The rotations of an agent, the newest first. */
export function RotationHistory({ id }: { id: string }) {
  const { data, isError } = useQuery(rotationsQuery(id));
  return (
    <PanelSection title="Rotations">
      {isError && <p className="text-sm text-muted">They could not be looked up.</p>}
      {!data && !isError && <Skeleton className="h-3.5 w-52" />}
      {data?.items.length === 0 && (
        <p className="text-sm text-muted">None yet: it still has its first secret, or none.</p>
      )}
      <ol className="grid gap-2.5">
        {data?.items.map((rotation) => (
          <Entry key={rotation.id} rotation={rotation} />
        ))}
      </ol>
      {data?.nextCursor && <p className="mt-2 text-xs text-faint">and older ones, in the audit log</p>}
    </PanelSection>
  );
}

function Entry({ rotation }: { rotation: RotationView }) {
  const { epoch, state, failure, cause, requestedBy } = rotation;
  const words = state === 'failed' && failure ? failureWords[failure].what : stateWords[state];
  const why = cause === 'request' && requestedBy ? `by ${requestedBy}` : causeWords[cause];
  return (
    <li className="grid grid-cols-[4.5rem_minmax(0,1fr)_auto] items-baseline gap-x-3 text-sm">
      <span className="text-faint tabular-nums">{epoch === null ? '–' : `Epoch ${epoch}`}</span>
      <span className="min-w-0">
        <span className={cx(state === 'failed' && 'text-danger')}>{words}</span>
        <span className="block truncate text-xs text-faint">{why}</span>
      </span>
      <span className="text-xs text-faint">
        <TimeAgo at={endOf(rotation)} />
      </span>
    </li>
  );
}

const endOf = (rotation: RotationView) =>
  (isOpen(rotation) ? null : (rotation.promotedAt ?? rotation.endedAt)) ?? rotation.createdAt;
