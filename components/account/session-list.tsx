'use client';
import { MonitorSmartphone } from 'lucide-react';
import { Failed } from '#components/api/failed.tsx';
import { Button } from '#components/ui/button.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { TimeAgo } from '#components/ui/time-ago.tsx';
import type { SessionView } from '#server/core/sessions/schema.ts';
import { useOwnSessions, useRevokeOthers, useRevokeSession } from './use-account.ts';

export function SessionList() {
  const sessions = useOwnSessions();
  const others = useRevokeOthers();
  if (sessions.isPending) return <Skeleton className="h-11" />;
  if (sessions.isError && !sessions.data) return <Failed error={sessions.error} />;
  const { items } = sessions.data;
  return (
    <div className="grid gap-5">
      <ul className="grid gap-4">
        {items.map((session) => (
          <SessionItem key={session.id} session={session} />
        ))}
      </ul>
      {items.length > 1 && (
        <div className="border-t border-line pt-4">
          <Button pending={others.isPending} pendingLabel="Signing out…" onClick={() => others.mutate()}>
            Sign out everywhere else
          </Button>
        </div>
      )}
    </div>
  );
}

function SessionItem({ session }: { session: SessionView }) {
  const { id, device, address, lastSeenAt, isCurrent } = session;
  const revoke = useRevokeSession();
  return (
    <li className="flex items-start gap-3">
      <MonitorSmartphone aria-hidden className="mt-0.5 size-4 shrink-0 text-faint" />
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{device}</p>
        <p className="text-sm break-words text-muted">
          {isCurrent ? 'This browser' : <TimeAgo at={lastSeenAt} before="Seen" />}
          {address && ` · ${address}`}
        </p>
      </div>
      {!isCurrent && (
        <Button
          size="sm"
          aria-label={`Sign out ${device}`}
          pending={revoke.isPending}
          pendingLabel="Signing out…"
          onClick={() => revoke.mutate({ id })}
        >
          Sign out
        </Button>
      )}
    </li>
  );
}
