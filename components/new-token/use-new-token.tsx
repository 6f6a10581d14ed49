'use client';
import { lazy, Suspense, useState } from 'react';

const loadDialog = () => import('./new-token-dialog.tsx');
const NewTokenDialog = lazy(async () => ({ default: (await loadDialog()).NewTokenDialog }));

export const preloadNewToken = () => void loadDialog();

/** A page shows one such button at a time, in one place while there is no token and in another afterwards. */
export const newTokenButtonId = 'new-token';
const returnTo = () => document.getElementById(newTokenButtonId);

/**
 * The dialog belongs to the page and not to the button that opened it: once the first token is made that button goes,
 * while the secret must stay.
 */
export function useNewToken() {
  const [isOpen, setIsOpen] = useState(false);
  return {
    open: () => setIsOpen(true),
    dialog: isOpen && (
      <Suspense>
        <NewTokenDialog returnTo={returnTo} onClose={() => setIsOpen(false)} />
      </Suspense>
    ),
  };
}
