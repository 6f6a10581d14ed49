'use client';
import { useState } from 'react';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { menuId, titleId } from './token-card.tsx';

const [RotateDialog] = lazyPart(async () => (await import('./rotate-dialog.tsx')).RotateDialog);

/**
 * The dialog belongs to the page and not to the card that opened it: a rotated token has another prefix, so its card may
 * leave a list that was searched for the old one, while the secret must stay.
 */
export function useRotation() {
  const [token, setToken] = useState<TokenView | null>(null);
  const close = () => setToken(null);
  const returnTo = () =>
    token && (document.getElementById(menuId(token)) ?? document.getElementById(titleId(token)));
  return {
    start: (chosen: TokenView) => setToken(chosen),
    dialog: token && (
      <RotateDialog
        key={token.id}
        token={token}
        returnTo={returnTo}
        onClose={close}
        onMissing={orSayMissing(close)}
      />
    ),
  };
}
