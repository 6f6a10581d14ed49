'use client';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpcClient } from '#components/api/trpc.ts';
import { useMe } from '#components/sessions/use-me.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { TextField } from '#components/ui/field.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { openCode, shownCode, useHashCode } from './device-code.ts';
import { DeviceRequest } from './device-request.tsx';
import { TurnAway } from './turn-away.tsx';

/** Takes the code from the address or from whoever types it, and shows what asks with it. */
export function DeviceGate() {
  const code = useHashCode();
  const { data: me, error } = useMe();
  if (error) return <Failed error={error} />;
  if (code === undefined || !me) return <RequestSkeleton />;
  if (!me.permissions.includes('tokens:write')) return <NotForViewers code={code} />;
  return code === '' ? <CodeForm /> : <Asked key={code} code={code} />;
}

function Asked({ code }: { code: string }) {
  const { data, error } = useQuery({
    queryKey: ['device', code],
    queryFn: async () => {
      const request = await trpcClient.device.find.mutate({ userCode: code });
      return { request, until: new Date(Date.now() + request.secondsLeft * 1_000) };
    },
    // Each look counts as a try.
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
  });
  if (data) return <DeviceRequest {...data} />;
  if (!error) return <RequestSkeleton />;
  const problem = problemOf(error);
  if (problem.code === 'code_invalid') return <CodeForm refused={code} error={sentenceOf(problem)} />;
  if (problem.code === 'validation_failed')
    return (
      <TurnAway
        code={code}
        title="It asks for more than you can give."
        why={problem.errors[0]?.message ?? sentenceOf(problem)}
      />
    );
  if (problem.code === 'rate_limited') return <Alert variant="danger">{sentenceOf(problem)}</Alert>;
  return <Failed error={error} />;
}

function CodeForm({ refused = '', error }: { refused?: string; error?: string }) {
  const [typed, setTyped] = useState(refused);
  const [missing, setMissing] = useState<string>();
  const isSame = typed === refused;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (typed.length < 9) setMissing('A code has eight letters, such as WDJB-MJHT.');
    else if (!isSame) openCode(typed);
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-4">
      <TextField
        label="Code"
        hint="Enter the code that the command line shows."
        error={missing ?? (isSame ? error : undefined)}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        // The page is there for this one field.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        value={typed}
        onChange={(event) => {
          setMissing(undefined);
          setTyped(shownCode(event.target.value));
        }}
        className="h-12 text-center font-mono text-lg! tracking-widest"
      />
      <Button type="submit" variant="primary" size="lg">
        Continue
      </Button>
    </form>
  );
}

/** The command line that waits is told by a press. */
function NotForViewers({ code }: { code: string }) {
  const title = 'As a viewer you cannot let a command line in.';
  const why = 'It would get a token of yours, and viewers make none. Ask an admin for another role.';
  if (code !== '') return <TurnAway code={code} title={title} why={why} />;
  return (
    <Alert variant="warn">
      <p className="font-medium">{title}</p>
      <p className="mt-1">{why}</p>
    </Alert>
  );
}

function RequestSkeleton() {
  return (
    <div role="status" aria-label="Looking at the code" className="grid gap-4">
      <Skeleton className="h-16 w-full rounded-card!" />
      <Skeleton className="h-44 w-full rounded-card!" />
      <Skeleton className="h-10 w-full rounded-control!" />
    </div>
  );
}
