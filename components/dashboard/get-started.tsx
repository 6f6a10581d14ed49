'use client';
import { Check, UserPlus, X } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { NewTokenButton } from '#components/new-token/new-token-button.tsx';
import { Button, buttonClass } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { FirstCall } from './first-call.tsx';

interface GetStartedProps {
  hasToken: boolean;
  hasCalled: boolean;
  /** Undefined for those who may add none. */
  hasPeople: boolean | undefined;
  onNew: () => void;
  onDismiss: () => void;
}

/** The way in, step by step, each ticked off by what was done, wherever it was done. */
export function GetStarted({ hasToken, hasCalled, hasPeople, onNew, onDismiss }: GetStartedProps) {
  const id = useId();
  const steps = [hasToken, hasCalled, ...(hasPeople === undefined ? [] : [hasPeople])];
  const done = steps.filter(Boolean).length;
  return (
    <section aria-labelledby={id}>
      <div className="mb-3 flex min-h-7 items-center gap-3">
        <h2 id={id} className="text-base font-semibold">
          Get started
        </h2>
        <p className="text-sm text-muted">
          {done} of {steps.length} done
        </p>
        <Button variant="ghost" size="sm" className="-mr-2 ml-auto" onClick={onDismiss}>
          <X aria-hidden />
          Dismiss
        </Button>
      </div>
      <Card>
        <ol>
          <Step number={1} isDone={hasToken} title="Make a token">
            <p className="text-muted">
              One for each laptop, CI job or agent, so that each can be switched off alone.
            </p>
            <div className="mt-3">
              <NewTokenButton variant="secondary" onPress={onNew} />
            </div>
          </Step>
          <Step number={2} isDone={hasCalled} title="Call the API with it">
            <p className="text-muted">
              Put the token into <code className="font-mono text-sm text-ink">KEYWARD_TOKEN</code>, then run
              this. It answers with who you are.
            </p>
            <FirstCall />
          </Step>
          {hasPeople !== undefined && (
            <Step number={3} isDone={hasPeople} title="Add a person">
              <p className="text-muted">
                They get a link to choose a password, and see their own tokens only. Make a second admin, so
                that one can help the other back in.
              </p>
              <PageLink href="/admin/users?add=true" className={buttonClass({ className: 'mt-3' })}>
                <UserPlus aria-hidden />
                Add person
              </PageLink>
            </Step>
          )}
        </ol>
      </Card>
    </section>
  );
}

interface StepProps {
  number: number;
  title: string;
  isDone: boolean;
  children: ReactNode;
}

/** Once it is done, its title alone. */
function Step({ number, title, isDone, children }: StepProps) {
  return (
    <li className="flex gap-3.5 px-4 py-3.5 not-first:border-t not-first:border-line sm:px-5">
      <span
        className={`grid size-6 shrink-0 place-items-center rounded-full text-xs font-semibold ${isDone ? 'bg-ok-soft text-ok' : 'bg-accent-soft text-accent-ink'}`}
      >
        {isDone ? (
          <Check role="img" aria-label="Done:" className="size-3.5" />
        ) : (
          <span aria-hidden>{number}</span>
        )}
      </span>
      <div className="min-w-0 flex-1 pt-0.5">
        <h3 className={isDone ? 'text-muted line-through decoration-line-strong' : 'font-medium'}>{title}</h3>
        {!isDone && children}
      </div>
    </li>
  );
}
