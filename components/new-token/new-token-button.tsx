'use client';
import { Plus } from 'lucide-react';
import { type ComponentProps, lazy, Suspense, useRef, useState } from 'react';
import { Button } from '#components/ui/button.tsx';

const loadDialog = () => import('./new-token-dialog.tsx');
const NewTokenDialog = lazy(async () => ({ default: (await loadDialog()).NewTokenDialog }));

export function NewTokenButton({ look, size }: Pick<ComponentProps<typeof Button>, 'look' | 'size'>) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const preload = () => void loadDialog();
  return (
    <>
      <Button
        ref={button}
        look={look}
        size={size}
        onPointerEnter={preload}
        onFocus={preload}
        onClick={() => setOpen(true)}
      >
        <Plus aria-hidden />
        New token
      </Button>
      {open && (
        <Suspense>
          <NewTokenDialog returnTo={button} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
