'use client';
import { useCallback, useState } from 'react';
import { trpcClient } from '#components/api/trpc.ts';
import { menuId, titleId } from '#components/tokens/token-card.tsx';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import type { KeyView } from '#server/credentials/api-keys/schema.ts';
import type { RotateTokenInput } from '#server/credentials/tokens/schema.ts';
import { keysKey } from './keys-key.ts';

const [EditDialog] = lazyPart(async () => (await import('./edit-key-dialog.tsx')).EditKeyDialog);
const [RevokeDialog] = lazyPart(async () => (await import('./revoke-key-dialog.tsx')).RevokeKeyDialog);
const [RotateDialog] = lazyPart(
  async () => (await import('#components/tokens/rotate-dialog.tsx')).RotateDialog,
);
const rotateKey = (input: RotateTokenInput) => trpcClient.keys.rotate.mutate(input);

export type KeyQuestion = 'edit' | 'revoke' | 'rotate';

/** The one dialog about a key that is open; it belongs to the page, since the card that opened it may go. */
export function useKeyDialogs() {
  const [open, setOpen] = useState<{ question: KeyQuestion; item: KeyView } | null>(null);
  const ask = useCallback((question: KeyQuestion, item: KeyView) => setOpen({ question, item }), []);
  const close = () => setOpen(null);
  return { ask, dialog: open && draw(open) };

  function draw({ question, item }: NonNullable<typeof open>) {
    const returnTo = () => document.getElementById(menuId(item)) ?? document.getElementById(titleId(item));
    const dialog = { returnTo, onClose: close, onMissing: orSayMissing(close) };
    switch (question) {
      case 'edit':
        return <EditDialog key={item.id} {...dialog} item={item} />;
      case 'revoke':
        return <RevokeDialog key={item.id} {...dialog} item={item} />;
      case 'rotate':
        return (
          <RotateDialog
            key={item.id}
            {...dialog}
            credential={item}
            noun="key"
            rotate={rotateKey}
            queryKey={keysKey}
          />
        );
    }
  }
}
