'use client';
import { CloudAlert, RotateCw } from 'lucide-react';
import { Blank } from '#components/ui/blank.tsx';
import { Button } from '#components/ui/button.tsx';
import { problemOf, sentenceOf } from './problem.ts';

/** Stands where the data would: what went wrong, the number to tell the operator, and another try. */
export function Failed({ error, retrying, onRetry }: { error: unknown; retrying: boolean; onRetry: () => void }) {
  const problem = problemOf(error);
  if (problem.code === 'unauthenticated') return <p className="py-16 text-center text-muted">Taking you to sign-in…</p>;
  return (
    <div role="alert">
      <Blank
        icon={CloudAlert}
        title={problem.title}
        action={
          <Button busy={retrying} onClick={onRetry}>
            <RotateCw aria-hidden />
            Retry
          </Button>
        }
      >
        <p>{sentenceOf(problem)}</p>
        {problem.requestId && (
          <p className="mt-2 text-sm">
            Request <code className="font-mono break-all select-all">{problem.requestId}</code>
          </p>
        )}
      </Blank>
    </div>
  );
}
