'use client';
import { type ReactNode, useId, useRef, useState } from 'react';
import { lazyPart } from './lazy-part.tsx';
import { useRowPart } from './row.tsx';

const [TooltipPopup] = lazyPart(async () => (await import('./tooltip-popup.tsx')).TooltipPopup);

/** Words that tell more when pointed at or focused. What they stand on must make sense without them. */
export function Tooltip({
  text,
  children,
  className,
}: {
  text: string;
  children: ReactNode;
  className?: string;
}) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const id = useId();
  return (
    <>
      <button
        {...useRowPart()}
        ref={anchor}
        type="button"
        aria-describedby={id}
        onPointerEnter={() => setOpen(true)}
        onPointerLeave={() => setOpen(false)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
        className={`cursor-default rounded-tag text-left focus-visible:outline-offset-1 ${className ?? ''}`}
      >
        {children}
      </button>
      <span id={id} hidden>
        {text}
      </span>
      {open && (
        // Merely pointed at, and told to assistive technology anyway: that it does not come needs no words.
        <TooltipPopup
          text={text}
          anchor={anchor}
          onClose={() => setOpen(false)}
          onMissing={() => setOpen(false)}
        />
      )}
    </>
  );
}
