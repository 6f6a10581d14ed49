'use client';
import { useMutation } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button, buttonClass } from '#components/ui/button.tsx';
import { goOn } from './go-on.ts';
import { magicCode } from './magic-code.ts';

const never = () => () => {};

/** Nothing is used up until the button is pressed: what scans mails opens links too, but presses nothing. */
export function MagicForm() {
  const code = useSyncExternalStore(never, magicCode, () => undefined);
  const redeem = useMutation(
    trpc.magic.redeem.mutationOptions({ gcTime: 0, onSuccess: ({ next }) => goOn(next) }),
  );
  if (code === undefined) return <div className="h-10" />;
  if (code === null || redeem.isError)
    return (
      <div className="grid gap-4">
        {redeem.isError ? (
          <Alert variant="danger">{sentenceOf(problemOf(redeem.error))}</Alert>
        ) : (
          <Alert variant="info">
            This page needs the link from the mail: open that, or ask for a new one.
          </Alert>
        )}
        <a href="/login" className={buttonClass({ size: 'lg' })}>
          Go to sign-in
        </a>
      </div>
    );
  return (
    <Button
      variant="primary"
      size="lg"
      className="w-full"
      pending={redeem.isPending || redeem.isSuccess}
      pendingLabel="Signing in…"
      onClick={() => redeem.mutate({ code })}
    >
      Sign in
    </Button>
  );
}
