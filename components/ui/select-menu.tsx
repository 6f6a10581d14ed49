'use client';
import type { LucideIcon } from 'lucide-react';
import { buttonClass } from './button.tsx';
import { MenuButton } from './menu.tsx';

interface SelectMenuProps {
  icon: LucideIcon;
  label: string;
  value: string;
  options: readonly (readonly [value: string, words: string, count?: number | undefined])[];
  onChoose: (value: string) => void;
  /** Something other than everything is chosen: stands out. */
  isSet?: boolean;
}

/** A button that says what is chosen, and opens to choose another: a sort order, or a filter of many values. */
export function SelectMenu({ icon: Icon, label, value, options, onChoose, isSet = false }: SelectMenuProps) {
  const words = options.find(([known]) => known === value)?.[1] ?? value;
  return (
    <MenuButton
      aria-label={`${label}: ${words}`}
      menuLabel={label}
      entries={[
        {
          kind: 'choice',
          label,
          value,
          options: options.map(([known, name]) => ({ value: known, label: name })),
          onChoose,
        },
      ]}
      className={buttonClass({ className: isSet ? '' : 'font-normal! text-muted!' })}
    >
      <Icon aria-hidden />
      <span>{words}</span>
    </MenuButton>
  );
}
