'use client';
import { useQuery } from '@tanstack/react-query';
import { Ban, Check, CircleAlert, CircleDashed, LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Countdown, useIsOver } from '#components/ui/countdown.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { Step, Steps } from '#components/ui/steps.tsx';
import { agoWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { SetupCodeView } from '#server/credentials/enrollment/schema.ts';
import { setupCodeQuery } from './setup-code-query.ts';
import type { BegunSetup, ClaudeSetupState } from './use-claude-setup.ts';

interface ProgressProps {
  setup: ClaudeSetupState;
  begun: BegunSetup;
}

/** How it goes on the other machine, as it happens. */
export function SetupProgress({ setup, begun }: ProgressProps) {
  return (
    <div className="mt-4 border-t border-line pt-4">
      {begun.id === null ? (
        <>
          <CopiedNote isCopied={setup.isCopied} />
          <Actions>
            <CopyAgain setup={setup} text={begun.text} />
            <Button onClick={setup.reset}>Done</Button>
          </Actions>
        </>
      ) : (
        <CodeProgress setup={setup} id={begun.id} begun={begun} />
      )}
    </div>
  );
}

function CopiedNote({ isCopied }: { isCopied: boolean }) {
  return (
    <p className="mb-3 flex gap-2 text-sm">
      {isCopied && <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />}
      {isCopied ? 'Copied. Paste' : 'Paste'} the instructions into Claude Code on the machine that you want to
      set up.
    </p>
  );
}

function EarlierNote() {
  return (
    <p className="mb-3 text-sm">
      The code was made before this page was loaded, and is not kept. If it was not pasted, cancel it and make
      a new one.
    </p>
  );
}

function CodeProgress({ setup, id, begun }: ProgressProps & { id: string }) {
  const { text, until } = begun;
  const { data: code } = useQuery(setupCodeQuery(id));
  const isOver = useIsOver(until);
  const status = !code || code.status === 'waiting' ? (isOver ? 'expired' : 'waiting') : code.status;

  if (status === 'expired')
    return (
      <>
        <Steps>
          <Step icon={CircleDashed} tone="idle" title="The code has expired">
            Nobody redeemed it in time. Nothing was made.
          </Step>
        </Steps>
        <Actions>
          <Button
            variant="primary"
            pending={setup.isBusy}
            pendingLabel="Making a code…"
            onClick={setup.begin}
          >
            Make a new code
          </Button>
          <Button variant="ghost" onClick={setup.reset}>
            Close
          </Button>
        </Actions>
      </>
    );
  if (!code || status === 'waiting')
    return (
      <>
        {text === null ? <EarlierNote /> : <CopiedNote isCopied={setup.isCopied} />}
        <Steps>
          <Step icon={LoaderCircle} tone="waiting" title="Waiting for the machine">
            The code works for another <Countdown until={until} />.
          </Step>
        </Steps>
        <Actions>
          <CopyAgain setup={setup} text={text} />
          <Button
            variant={text === null ? 'secondary' : 'ghost'}
            pending={setup.isCancelling}
            pendingLabel="Cancelling…"
            onClick={setup.cancel}
          >
            Cancel the code
          </Button>
        </Actions>
      </>
    );
  return <Connected code={code} onDone={setup.reset} />;
}

function Connected({ code, onDone }: { code: SetupCodeView; onDone: () => void }) {
  const now = useNow();
  const { credential, host, os, address, redeemedAt } = code;
  const isRevoked = Boolean(credential?.revokedAt);
  return (
    <>
      <Steps>
        <Step icon={Check} tone="ok" title={`Connected: ${host ?? 'a machine'}`}>
          {[os, address, agoWords(new Date(redeemedAt ?? code.createdAt), now)].filter(Boolean).join(' · ')}
        </Step>
        {isRevoked ? (
          <Step icon={Ban} tone="danger" title="Its token has been revoked">
            If you did not do that: somebody used the code a second time, so the token was ended. Find out who
            could read the code, then make a new one.
          </Step>
        ) : (
          <Health code={code} />
        )}
      </Steps>
      <Actions>
        {credential && (
          <PageLink
            href={`/tokens?token=${credential.id}`}
            className="mr-auto rounded-tag text-sm font-medium text-accent-ink hover:underline"
          >
            {credential.name}
          </PageLink>
        )}
        <Button onClick={onDone}>Done</Button>
      </Actions>
    </>
  );
}

function Health({ code: { healthy, version, skills } }: { code: SetupCodeView }) {
  if (healthy)
    return (
      <Step icon={Check} tone="ok" title="Healthy">
        {[`keyward ${version}`, skillWords(skills ?? [])].join(' · ')}
      </Step>
    );
  if (healthy === false)
    return (
      <Step icon={CircleAlert} tone="warn" title="Something needs attention there">
        On the machine, <code className="font-mono text-xs">keyward doctor</code> says what.
      </Step>
    );
  return (
    <Step icon={LoaderCircle} tone="waiting" title="Waiting for its check-up">
      Claude Code runs <code className="font-mono text-xs">keyward doctor</code> next.
    </Step>
  );
}

const skillWords = (skills: string[]) =>
  skills.length === 0 ? 'no skills installed' : `skills: ${skills.join(', ')}`;

function CopyAgain({ setup, text }: { setup: ClaudeSetupState; text: string | null }) {
  if (text === null) return null;
  return <Button onClick={() => void setup.copyAgain(text)}>Copy again</Button>;
}

function Actions({ children }: { children: ReactNode }) {
  return <div className="mt-4 flex flex-wrap items-center gap-2">{children}</div>;
}
