'use client';
import { useQuery } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { visitorQuery } from '#components/install/install-queries.ts';
import { Alert } from '#components/ui/alert.tsx';
import { buttonClass } from '#components/ui/button.tsx';

/** A link that was used, or is too old: what is wrong with it, and the way on for whoever has used it. */
export function LinkEnded({ error }: { error: unknown }) {
  const { data: visitor } = useQuery(visitorQuery);
  return (
    <div className="grid gap-4">
      <Alert variant="danger">{sentenceOf(problemOf(error))}</Alert>
      {visitor && (
        <a href={visitor.isSignedIn ? '/dashboard' : '/login'} className={buttonClass({ size: 'lg' })}>
          {visitor.isSignedIn ? 'Go to the dashboard' : 'Go to sign-in'}
        </a>
      )}
    </div>
  );
}

export const isLinkEnded = (error: unknown) => problemOf(error).code === 'code_invalid';
