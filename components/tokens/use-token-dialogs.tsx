'use client';
import { useCallback, useRef, useState } from 'react';
import { trpcClient } from '#components/api/trpc.ts';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import type { RotateTokenInput, TokenView } from '#server/credentials/tokens/schema.ts';
import { menuId, titleId } from './token-card.tsx';
import { tokensKey } from './tokens-key.ts';

const rotateToken = (input: RotateTokenInput) => trpcClient.tokens.rotate.mutate(input);
const [RenameDialog] = lazyPart(async () => (await import('./rename-dialog.tsx')).RenameDialog);
const [RevokeDialog] = lazyPart(async () => (await import('./revoke-dialog.tsx')).RevokeDialog);
const [RotateDialog] = lazyPart(async () => (await import('./rotate-dialog.tsx')).RotateDialog);

export type TokenQuestion = 'rename' | 'revoke' | 'rotate';

/**
 * The one dialog about a token that is open. It belongs to the page and not to the card that opened it: a rotated token has
 * another prefix, so its card may leave a list that was searched for the old one, while the secret must stay.
 */
export function useTokenDialogs() {
  const [open, setOpen] = useState<{ question: TokenQuestion; token: TokenView } | null>(null);
  const [isByKey, setIsByKey] = useState(false);
  const isRevoked = useRef(false);
  const ask = useCallback((question: TokenQuestion, token: TokenView) => {
    isRevoked.current = false;
    setIsByKey(document.activeElement?.closest('[data-index]') !== null);
    setOpen({ question, token });
  }, []);
  const close = () => setOpen(null);
  function revoked() {
    isRevoked.current = true;
    close();
  }
  return { ask, dialog: open && draw(open) };

  function draw({ question, token }: NonNullable<typeof open>) {
    // A revoked token has no menu left to return to.
    const returnTo = () =>
      (isByKey || isRevoked.current ? null : document.getElementById(menuId(token))) ??
      document.getElementById(titleId(token));
    const dialog = { token, returnTo, onClose: close, onMissing: orSayMissing(close) };
    switch (question) {
      case 'rename':
        return <RenameDialog {...dialog} />;
      case 'revoke':
        return <RevokeDialog {...dialog} onRevoked={revoked} />;
      case 'rotate':
        return (
          <RotateDialog
            key={token.id}
            {...dialog}
            credential={token}
            noun="token"
            rotate={rotateToken}
            queryKey={tokensKey}
          />
        );
    }
  }
}
