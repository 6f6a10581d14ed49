'use client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ShieldUser } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { takeEndedNote } from '#components/api/leave-to-sign-in.ts';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { wanted } from './go-on.ts';
import { LoginForm } from './login-form.tsx';
import { oidcWords } from './oidc-words.ts';

let note: boolean | undefined;
const wasSignedOut = () => (note ??= takeEndedNote());
const never = () => () => {};
const query = () => window.location.search;

/** Only the ways in that are configured, and in their place what went wrong with each. */
export function LoginView() {
  const isSignedOut = useSyncExternalStore(never, wasSignedOut, () => false);
  const search = new URLSearchParams(useSyncExternalStore(never, query, () => ''));
  const { data } = useQuery(trpc.sessions.ways.queryOptions(undefined, { staleTime: Infinity }));
  const magic = useMutation(trpc.magic.request.mutationOptions());
  const refused = oidcWords(search.get('error'));
  const mailLink = (email: string) => {
    const next = wanted();
    magic.mutate({ email, ...(next && { next }) });
  };
  return (
    <div className="grid gap-4">
      {isSignedOut && <Notice tone="info">You were signed out. Sign in to go on.</Notice>}
      {refused && <Notice tone="danger">{refused}</Notice>}
      <LoginForm onMagic={data?.ways.includes('magic') ? mailLink : null} isMailing={magic.isPending} />
      {!data?.ways.includes('magic') && (
        <p className="text-sm text-muted">Forgotten your password? Ask an admin for a reset link.</p>
      )}
      {magic.isError && <Notice tone="danger">{sentenceOf(problemOf(magic.error))}</Notice>}
      <div role="status">
        {magic.isSuccess && (
          <Notice tone="info">
            If {magic.variables.email} belongs to somebody here, a link is on its way. It works once, for{' '}
            {magic.data.lifeMinutes} minutes.
          </Notice>
        )}
      </div>
      {data?.issuerName && <OidcButton name={data.issuerName} again={search.has('again')} />}
    </div>
  );
}

function OidcButton({ name, again }: { name: string; again: boolean }) {
  const start = useMutation(
    trpc.oidc.start.mutationOptions({ onSuccess: ({ url }) => window.location.assign(url) }),
  );
  const begin = () => {
    const next = wanted();
    start.mutate({ ...(next && { next }), ...(again && { again }) });
  };
  return (
    <>
      <div
        aria-hidden
        className="flex items-center gap-3 text-sm text-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line"
      >
        or
      </div>
      <Button
        size="lg"
        busy={start.isPending || start.isSuccess}
        busyLabel={`Going to ${name}…`}
        onClick={begin}
      >
        <ShieldUser aria-hidden />
        Sign in with {name}
      </Button>
      {start.isError && <Notice tone="danger">{sentenceOf(problemOf(start.error))}</Notice>}
    </>
  );
}
