'use client';
import { ChevronDown } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { buttonClass } from './button.tsx';

interface DisclosureProps {
  label: string;
  /** What else stands in the line of the button. */
  beside?: ReactNode;
  children: ReactNode;
}

/** A ghost button that shows more below it. */
export function Disclosure({ label, beside, children }: DisclosureProps) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="mt-2">
      <div className="flex flex-wrap items-center justify-between gap-x-2">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setIsOpen(!isOpen)}
          className={buttonClass({ variant: 'ghost', size: 'sm', className: 'group -ml-2.5' })}
        >
          {label}
          <ChevronDown
            aria-hidden
            className="transition-transform duration-150 group-aria-expanded:rotate-180"
          />
        </button>
        {beside}
      </div>
      <div id={id} className={isOpen ? 'mt-2' : undefined}>
        {isOpen && children}
      </div>
    </div>
  );
}
