'use client';
import { useSyncExternalStore } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { oidcWords } from '#components/sessions/oidc-words.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Section } from '#components/ui/section.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { NameForm } from './name-form.tsx';
import { PasswordForm } from './password-form.tsx';
import { SessionList } from './session-list.tsx';
import { useAccount } from './use-account.ts';
import { WayList } from './way-list.tsx';

const never = () => () => {};
const query = () => window.location.search;

export function AccountView() {
  const account = useAccount();
  const search = new URLSearchParams(useSyncExternalStore(never, query, () => ''));
  const refused = oidcWords(search.get('error'));
  return (
    <>
      <PageHead title="Account" />
      {refused && (
        <div className="mb-5">
          <Alert variant="danger">{refused}</Alert>
        </div>
      )}
      {account.isError && !account.data ? (
        <Failed error={account.error} />
      ) : (
        <div className="grid gap-10">
          <Section
            title="Profile"
            lead="How others see you here. Only an admin can change your e-mail or role."
          >
            {account.data ? <NameForm user={account.data.user} /> : <Skeleton className="h-37.5" />}
          </Section>
          {(!account.data || account.data.openWays.includes('password')) && (
            <Section title="Password" lead="A new one signs you out everywhere else.">
              {account.data ? (
                <PasswordForm
                  key={account.data.ways.includes('password') ? 'change' : 'set'}
                  hasPassword={account.data.ways.includes('password')}
                />
              ) : (
                <Skeleton className="h-55.5" />
              )}
            </Section>
          )}
          <Section title="Ways to sign in">
            {account.data ? <WayList account={account.data} /> : <Skeleton className="h-10" />}
          </Section>
          <Section title="Sessions" lead="Where you are signed in. Sign out what you do not know.">
            <SessionList />
          </Section>
        </div>
      )}
    </>
  );
}
