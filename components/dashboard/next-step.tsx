'use client';
import { Check, UserPlus } from 'lucide-react';
import type { ReactNode } from 'react';
import { NewTokenButton } from '#components/new-token/new-token-button.tsx';
import { buttonClass } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { FirstCall } from './first-call.tsx';

interface NextStepProps {
  tokens: readonly TokenView[];
  hasToken: boolean;
  /** Undefined for whoever may make none. */
  onNew: (() => void) | undefined;
  mayAddPeople: boolean;
}

/** The way to a first call, until it has been made. */
export function NextStep({ tokens, hasToken, onNew, mayAddPeople }: NextStepProps) {
  if (tokens.some((token) => token.lastUsedAt)) return null;
  if (!hasToken && !onNew) return <NoTokensForViewer />;
  return (
    <section aria-labelledby="start">
      <h2 id="start" className="mb-3 text-base font-semibold">
        {hasToken ? 'Make your first call' : 'Get started'}
      </h2>
      <Card>
        <ol>
          <Step number={1} done={hasToken} title="Make a token">
            {hasToken || !onNew ? (
              <p className="text-muted">Done. You can make more at any time.</p>
            ) : (
              <>
                <p className="text-muted">
                  One for each laptop, CI job or agent, so that each can be switched off alone.
                </p>
                <div className="mt-3">
                  <NewTokenButton variant="secondary" onPress={onNew} />
                </div>
              </>
            )}
          </Step>
          <Step number={2} title="Call the API with it">
            <p className="text-muted">
              Put the token into <code className="font-mono text-sm text-ink">KEYWARD_TOKEN</code>, then run
              this. It answers with who you are.
            </p>
            <FirstCall />
          </Step>
          {mayAddPeople && (
            <Step number={3} title="Add a person">
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

function Step({
  number,
  title,
  done,
  children,
}: {
  number: number;
  title: string;
  done?: boolean;
  children: ReactNode;
}) {
  return (
    <li className="flex gap-3.5 px-4 py-4 not-first:border-t not-first:border-line sm:px-5">
      <span
        className={`grid size-6 shrink-0 place-items-center rounded-full text-xs font-semibold ${done ? 'bg-ok-soft text-ok' : 'bg-accent-soft text-accent-ink'}`}
      >
        {done ? <Check aria-hidden className="size-3.5" /> : <span aria-hidden>{number}</span>}
      </span>
      <div className="min-w-0 flex-1 pt-0.5">
        <h3 className="font-medium">{title}</h3>
        {children}
      </div>
    </li>
  );
}

function NoTokensForViewer() {
  return (
    <p className="text-muted">
      As a viewer you cannot make tokens. If you need one for a command line or a CI job, ask an admin for
      another role.
    </p>
  );
}
