'use client';
import { useQuery } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { Alert } from '#components/ui/alert.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { lazyPart } from '#components/ui/lazy-part.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { AfterInstall } from './after-install.tsx';
import { cliVersionQuery, visitorQuery } from './install-queries.ts';
import { OneLine } from './one-line.tsx';
import { OtherWays } from './other-ways.tsx';

// Viewers and whoever is signed out have no use for it.
const [OwnSetup] = lazyPart(async () => (await import('./own-setup.tsx')).OwnSetup);

const never = () => () => {};
const origin = () => window.location.origin;

/** How to get the command line of this very server, whose address stands in every line. */
export function InstallView() {
  const server = useSyncExternalStore(never, origin, () => '');
  const visitor = useQuery(visitorQuery).data;
  const [isSetupMissing, setIsSetupMissing] = useState(false);
  const cli = useQuery(cliVersionQuery);
  if (server === '' || visitor === undefined || cli.isPending)
    return <Skeleton className="h-42 rounded-card" />;
  if (cli.data?.isMissing) return <NotBuilt />;

  const leadsByLine = !visitor.mayMakeTokens || isSetupMissing;
  const line = <OneLine server={server} version={cli.data?.version ?? null} isFirst={leadsByLine} />;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      <div>
        {leadsByLine ? (
          line
        ) : (
          <>
            <div className="min-h-32">
              <OwnSetup onMissing={() => setIsSetupMissing(true)} />
            </div>
            <Disclosure label="Or run it yourself">{line}</Disclosure>
          </>
        )}
        <Disclosure label="Other ways to install">
          <OtherWays server={server} />
        </Disclosure>
      </div>
      <AfterInstall server={server} isSignedIn={visitor.isSignedIn} />
    </div>
  );
}

function NotBuilt() {
  return (
    <Alert variant="warn">
      This server was started without its command line. Whoever runs it can run <code>npm run build</code> and
      start it again.
    </Alert>
  );
}
