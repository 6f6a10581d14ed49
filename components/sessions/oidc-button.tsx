'use client';
import { useMutation } from '@tanstack/react-query';
import { ShieldUser } from 'lucide-react';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import type { StartOidcInput } from '#server/people/sso/schema.ts';

interface OidcButtonProps {
  /** What the issuer is called. */
  name: string;
  /** It is the first choice of the page. */
  isPrimary: boolean;
  /** What the round trip starts with, read when it does. */
  input: () => StartOidcInput;
}

/** Leaves for the issuer. */
export function OidcButton({ name, isPrimary, input }: OidcButtonProps) {
  const start = useMutation(
    trpc.oidc.start.mutationOptions({
      gcTime: 0,
      onSuccess: ({ url }) => window.location.assign(url),
    }),
  );
  return (
    <>
      <Button
        size="lg"
        {...(isPrimary && { variant: 'primary' })}
        pending={start.isPending || start.isSuccess}
        pendingLabel={`Going to ${name}…`}
        onClick={() => start.mutate(input())}
      >
        <ShieldUser aria-hidden />
        Sign in with {name}
      </Button>
      {start.isError && <Alert variant="danger">{sentenceOf(problemOf(start.error))}</Alert>}
    </>
  );
}

export function Or() {
  return (
    <div
      aria-hidden
      className="flex items-center gap-3 text-sm text-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line"
    >
      or
    </div>
  );
}
