'use client';
import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import { CloudAlert, RotateCw } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { problemOf, sentenceOf } from './problem.ts';

/** Stands where the data would: what went wrong, the number to tell the operator, and another try at all that failed. */
export function Failed({ error }: { error: unknown }) {
  const client = useQueryClient();
  const isRetrying = useIsFetching() > 0;
  const problem = problemOf(error);
  if (problem.code === 'unauthenticated')
    return <p className="py-16 text-center text-muted">Taking you to sign-in…</p>;

  const retry = () => client.refetchQueries({ predicate: ({ state }) => state.status === 'error' });
  return (
    <div role="alert">
      <EmptyState
        icon={CloudAlert}
        title={problem.title}
        action={
          <Button pending={isRetrying} onClick={() => void retry()}>
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
      </EmptyState>
    </div>
  );
}
