'use client';
import { useMutation } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { takeEndedNote } from '#components/api/leave-to-sign-in.ts';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { EmailLinkForm } from './email-link-form.tsx';
import { wanted } from './go-on.ts';
import { LinkSent } from './link-sent.tsx';
import { LoginForm } from './login-form.tsx';
import { OidcButton, Or } from './oidc-button.tsx';
import { oidcWords } from './oidc-words.ts';
import { useWays } from './use-ways.ts';

let note: boolean | undefined;
const wasSignedOut = () => (note ??= takeEndedNote());
const never = () => () => {};
const query = () => window.location.search;

/** Only the ways in that are configured, and in their place what went wrong with each. */
export function LoginView({ hasPasswords }: { hasPasswords: boolean }) {
  const isSignedOut = useSyncExternalStore(never, wasSignedOut, () => false);
  const search = new URLSearchParams(useSyncExternalStore(never, query, () => ''));
  const { data } = useWays();
  const ways = data?.ways ?? (hasPasswords ? ['password'] : []);
  const magic = useMutation(trpc.magic.request.mutationOptions());
  const refused = oidcWords(search.get('error'));
  const mailLink = (email: string) => {
    const next = wanted();
    magic.mutate({ email, ...(next && { next }) });
  };
  const again = search.has('again');
  return (
    <div className="grid gap-4">
      {isSignedOut && <Alert variant="info">You were signed out. Sign in to go on.</Alert>}
      {refused && <Alert variant="danger">{refused}</Alert>}
      {!data && !hasPasswords && <Skeleton className="h-11 w-full rounded-control!" />}
      {ways.includes('password') && (
        <LoginForm onMagic={ways.includes('magic') ? mailLink : null} isMailing={magic.isPending} />
      )}
      {ways.includes('password') && !ways.includes('magic') && (
        <p className="text-sm text-muted">Forgotten your password? Ask an admin for a reset link.</p>
      )}
      {!ways.includes('password') && ways.includes('magic') && (
        <EmailLinkForm onSubmit={mailLink} isSending={magic.isPending} />
      )}
      {magic.isError && <Alert variant="danger">{sentenceOf(problemOf(magic.error))}</Alert>}
      <LinkSent request={magic} />
      {data?.issuerName && (
        <>
          {ways.length > 1 && <Or />}
          <OidcButton
            name={data.issuerName}
            isPrimary={ways.length === 1}
            input={() => ({ ...nextOf(wanted()), ...(again && { again }) })}
          />
        </>
      )}
    </div>
  );
}

const nextOf = (next: string | null) => (next ? { next } : {});
