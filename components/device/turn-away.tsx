'use client';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { DeviceDone } from './device-done.tsx';
import { useAnswer } from './use-answer.ts';

interface TurnAwayProps {
  code: string;
  title: string;
  why: string;
}

/** For what cannot be let in by the person who reads this. */
export function TurnAway({ code, title, why }: TurnAwayProps) {
  const { deny, error } = useAnswer(code);
  if (deny.data) return <DeviceDone approved={false} host={deny.data.host} />;
  return (
    <div className="grid gap-4">
      <Alert variant="warn">
        <p className="font-medium">{title}</p>
        <p className="mt-1">{why}</p>
      </Alert>
      {error && <Alert variant="danger">{sentenceOf(problemOf(error))}</Alert>}
      <Button size="lg" pending={deny.isPending} pendingLabel="Turning away…" onClick={() => deny.mutate()}>
        Turn it away
      </Button>
    </div>
  );
}
