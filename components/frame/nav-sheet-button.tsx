'use client';
import { type ReactNode, useState } from 'react';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';

const [NavSheet, preload] = lazyPart(async () => (await import('./nav-sheet.tsx')).NavSheet);

interface NavSheetButtonProps {
  label?: string;
  className: string;
  children: ReactNode;
}

/** Opens the whole navigation, where the screen has no room for it. */
export function NavSheetButton({ label, className, children }: NavSheetButtonProps) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <button
        type="button"
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        onPointerEnter={preload}
        onFocus={preload}
        onClick={() => setOpen(true)}
        className={className}
      >
        {children}
      </button>
      {open && <NavSheet onClose={close} onMissing={orSayMissing(close)} />}
    </>
  );
}
