'use client';
import { ChevronDown } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { buttonClass } from './button.tsx';

/** A quiet button that shows more below it. */
export function Disclosure({ label, children }: { label: string; children: ReactNode }) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="mt-2">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setIsOpen(!isOpen)}
        className={buttonClass({ look: 'quiet', size: 'sm', className: 'group -ml-2.5' })}
      >
        {label}
        <ChevronDown
          aria-hidden
          className="transition-transform duration-150 group-aria-expanded:rotate-180"
        />
      </button>
      <div id={id} className={isOpen ? 'mt-2' : undefined}>
        {isOpen && children}
      </div>
    </div>
  );
}
