'use client';
import { useMutation } from '@tanstack/react-query';
import { Mail } from 'lucide-react';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { LinkSent } from '#components/sessions/link-sent.tsx';
import { OidcButton, Or } from '#components/sessions/oidc-button.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import type { WaysView } from '#server/core/sessions/schema.ts';
import type { LinkHolder } from './link-gate.tsx';

interface JoinWithoutPasswordProps {
  holder: LinkHolder;
  ways: WaysView;
}

/** Where passwords are off, an invited person signs in by another way, with the address that was invited. */
export function JoinWithoutPassword({ holder, ways: { ways, issuerName } }: JoinWithoutPasswordProps) {
  const { code, name, email } = holder;
  const magic = useMutation(trpc.magic.request.mutationOptions());
  const hasMagic = ways.includes('magic');
  return (
    <div className="grid gap-4">
      <p>
        Hello {name}. There are no passwords here: sign in as{' '}
        <span className="font-medium break-words">{email}</span>.
      </p>
      {issuerName && (
        <OidcButton isPrimary name={issuerName} input={() => ({ next: '/dashboard', invite: code })} />
      )}
      {issuerName && hasMagic && <Or />}
      {hasMagic && (
        <Button
          size="lg"
          {...(!issuerName && { variant: 'primary' })}
          pending={magic.isPending}
          pendingLabel="Sending…"
          onClick={() => magic.mutate({ email })}
        >
          <Mail aria-hidden />
          Email me a link
        </Button>
      )}
      {magic.isError && <Alert variant="danger">{sentenceOf(problemOf(magic.error))}</Alert>}
      <LinkSent request={magic} />
    </div>
  );
}
