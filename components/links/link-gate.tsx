'use client';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useSyncExternalStore } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { trpcClient } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { LinkHolderView } from '#server/people/users/schema.ts';
import { forgetLinkCode, linkCode } from './link-code.ts';
import { isLinkEnded, LinkEnded } from './link-ended.tsx';

export interface LinkHolder extends LinkHolderView {
  code: string;
}

interface LinkGateProps {
  purpose: 'invite' | 'reset';
  children: (holder: LinkHolder) => ReactNode;
}

const never = () => () => {};

/** Asks whose link it is, which uses nothing up, and shows the form behind it or why there is none. */
export function LinkGate({ purpose, children }: LinkGateProps) {
  const code = useSyncExternalStore(never, linkCode, () => undefined);
  if (code === undefined) return <FormSkeleton />;
  if (code === null) return <NoCode />;
  return (
    <Holder code={code} purpose={purpose}>
      {children}
    </Holder>
  );
}

function Holder({ code, purpose, children }: LinkGateProps & { code: string }) {
  const { data, error } = useQuery({
    queryKey: ['link', purpose],
    queryFn: () => look(purpose, code),
    staleTime: Infinity,
    gcTime: 0,
  });
  if (data) return children({ ...data, code });
  if (!error) return <FormSkeleton />;
  return isLinkEnded(error) ? <LinkEnded error={error} /> : <Failed error={error} />;
}

async function look(purpose: LinkGateProps['purpose'], code: string): Promise<LinkHolderView> {
  try {
    const { checkInvite, checkReset } = trpcClient.users;
    return await (purpose === 'invite' ? checkInvite : checkReset).mutate({ code });
  } catch (error) {
    if (isLinkEnded(error)) forgetLinkCode();
    throw error;
  }
}

function NoCode() {
  return (
    <Alert variant="info">
      <p className="font-medium text-ink">This page needs its link.</p>
      <p className="mt-1">Open the whole link that you were sent, up to its last letter.</p>
    </Alert>
  );
}

export function FormSkeleton() {
  return (
    <div role="status" aria-label="Looking at the link" className="grid gap-4">
      {['E-mail', 'Password'].map((field) => (
        <div key={field} className="grid gap-1.5">
          <Skeleton className="my-1 h-3 w-20" />
          <Skeleton className="h-10 w-full rounded-control!" />
        </div>
      ))}
      <Skeleton className="h-10 w-full rounded-control!" />
    </div>
  );
}
