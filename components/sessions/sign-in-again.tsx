'use client';
import { useSyncExternalStore } from 'react';
import { signInAgain } from '#components/api/sign-in-again.ts';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';

const [ConfirmDialog] = lazyPart(async () => (await import('./confirm-dialog.tsx')).ConfirmDialog);

const refuse = () => signInAgain.answer(false);

/** Asks, on whatever page, for the password again before something that needs a recent sign-in. */
export function SignInAgain() {
  const isAsked = useSyncExternalStore(signInAgain.subscribe, signInAgain.isAsked, () => false);
  return isAsked && <ConfirmDialog onMissing={orSayMissing(refuse)} />;
}
