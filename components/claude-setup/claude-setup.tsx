'use client';
import { Terminal } from 'lucide-react';
import { useState } from 'react';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { useMe } from '#components/sessions/use-me.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { focusOnMount } from '#components/ui/focus-on-mount.ts';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import { SetupPreview } from './setup-preview.tsx';
import { SetupProgress } from './setup-progress.tsx';
import { useClaudeSetup } from './use-claude-setup.ts';

const [TokenWarning, preloadWarning] = lazyPart(
  async () => (await import('./token-warning.tsx')).TokenWarning,
);
const [ManualCopyDialog] = lazyPart(async () => (await import('./manual-copy-dialog.tsx')).ManualCopyDialog);

/**
 * One button that sets Claude Code up: it makes a code, copies what Claude Code is to do, and then shows live how that goes.
 * The page around it has to hold `LiveUpdates` and `SignInAgain`.
 */
export function ClaudeSetup() {
  const { data: me } = useMe();
  const setup = useClaudeSetup();
  const [isWarning, setIsWarning] = useState(false);
  const closeWarning = () => setIsWarning(false);
  const problem = setup.error && problemOf(setup.error);

  return (
    <Card className="px-4 py-4 sm:px-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <span
          aria-hidden
          className="hidden size-9 place-items-center rounded-control bg-accent-soft text-accent-ink sm:grid"
        >
          <Terminal className="size-4.5" />
        </span>
        <div className="min-w-0 flex-1 basis-64">
          <h2
            key={setup.begun ? 'begun' : 'new'}
            ref={setup.isOfThisPage ? focusOnMount : undefined}
            tabIndex={-1}
            className="font-semibold outline-none"
          >
            Claude Code
          </h2>
          <p className="text-sm text-muted">
            Copies instructions with a code that works once, for ten minutes. Paste them into Claude Code.
          </p>
        </div>
        {!setup.begun && (
          <Button
            variant="primary"
            className="max-sm:w-full"
            pending={setup.isBusy}
            pendingLabel="Making a code…"
            disabled={!me}
            onClick={setup.begin}
          >
            Set up a new Claude Code
          </Button>
        )}
      </div>
      <p role="status" className="sr-only">
        {setup.isCopied ? 'Copied' : ''}
      </p>
      {problem && !setup.begun && (
        <div className="mt-3">
          <Alert variant="danger">
            {sentenceOf(problem)}
            {problem.requestId && problem.status >= 500 && ` (request ${problem.requestId})`}
          </Alert>
        </div>
      )}
      {setup.begun && <SetupProgress setup={setup} begun={setup.begun} />}
      {!setup.begun && (
        <SetupPreview
          beside={
            <Button
              variant="ghost"
              size="sm"
              className="-mr-2.5 max-sm:-ml-2.5"
              disabled={!me || setup.isBusy}
              onPointerEnter={preloadWarning}
              onFocus={preloadWarning}
              onClick={() => setIsWarning(true)}
            >
              With a token instead…
            </Button>
          }
        />
      )}
      {isWarning && (
        <TokenWarning
          onClose={closeWarning}
          onGoOn={() => {
            closeWarning();
            setup.beginWithToken();
          }}
          onMissing={orSayMissing(closeWarning)}
        />
      )}
      {setup.needsManualCopy && setup.begun?.text && (
        <ManualCopyDialog
          text={setup.begun.text}
          onCopied={setup.confirmManualCopy}
          onClose={setup.closeManualCopy}
          onMissing={orSayMissing(setup.closeManualCopy)}
        />
      )}
    </Card>
  );
}
