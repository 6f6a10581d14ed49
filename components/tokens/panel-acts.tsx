'use client';
import { Ban, Power, RefreshCw } from 'lucide-react';
import { type RefObject, useRef, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import type { offersOf } from './token-offers.ts';
import { useTokenSwitch } from './use-token-changes.ts';

const [RevokeDialog] = lazyPart(async () => (await import('./revoke-dialog.tsx')).RevokeDialog);

interface PanelActsProps {
  token: TokenView;
  offers: ReturnType<typeof offersOf>;
  onRotate: (token: TokenView) => void;
  /** Takes the focus when the token is revoked, and the buttons are gone. */
  rest: RefObject<HTMLElement | null>;
}

/** The same as in the menu of its card, at the foot of a token's panel. */
export function PanelActs({ token, offers, onRotate, rest }: PanelActsProps) {
  const [isAsking, setIsAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const isRevoked = useRef(false);
  const { mutate, isPending } = useTokenSwitch();
  const close = () => setIsAsking(false);
  function revoked() {
    isRevoked.current = true;
    close();
  }
  return (
    <>
      {offers.rotate && (
        <Button onClick={() => onRotate(token)}>
          <RefreshCw aria-hidden />
          Rotate…
        </Button>
      )}
      {offers.onOff && (
        <Button pending={isPending} onClick={() => mutate({ id: token.id, enabled: !token.enabled })}>
          <Power aria-hidden />
          {token.enabled ? 'Disable' : 'Enable'}
        </Button>
      )}
      {offers.revoke && (
        <Button ref={button} variant="danger" onClick={() => setIsAsking(true)}>
          <Ban aria-hidden />
          Revoke…
        </Button>
      )}
      {isAsking && (
        <RevokeDialog
          token={token}
          returnTo={() => (isRevoked.current ? rest.current : button.current)}
          onClose={close}
          onRevoked={revoked}
          onMissing={orSayMissing(close)}
        />
      )}
    </>
  );
}
