'use client';
import { useState } from 'react';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';

const [NewTokenDialog, preloadNewToken] = lazyPart(
  async () => (await import('./new-token-dialog.tsx')).NewTokenDialog,
);
export { preloadNewToken };

/** A page shows one such button at a time, in one place while there is no token and in another afterwards. */
export const newTokenButtonId = 'new-token';
const returnTo = () => document.getElementById(newTokenButtonId);

/**
 * The dialog belongs to the page and not to the button that opened it: once the first token is made that button goes,
 * while the secret must stay.
 */
export function useNewToken() {
  const [isOpen, setIsOpen] = useState(false);
  const close = () => setIsOpen(false);
  return {
    open: () => setIsOpen(true),
    dialog: isOpen && <NewTokenDialog returnTo={returnTo} onClose={close} onMissing={orSayMissing(close)} />,
  };
}
