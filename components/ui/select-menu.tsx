'use client';
import type { LucideIcon } from 'lucide-react';
import { buttonClass } from './button.tsx';
import { MenuButton } from './menu.tsx';

interface SelectMenuProps<Value extends string> {
  icon: LucideIcon;
  label: string;
  value: Value;
  options: readonly (readonly [value: Value, words: string])[];
  onChoose: (value: Value) => void;
  /** Something other than everything is chosen: stands out. */
  isSet?: boolean;
  /** Only its icon where there is little room. */
  folds?: boolean;
  align?: 'start' | 'end';
}

/** A button that says what is chosen, and opens to choose another: a sort order, or a filter of many values. */
export function SelectMenu<Value extends string>({
  icon: Icon,
  label,
  value,
  options,
  onChoose,
  isSet = false,
  folds = false,
  align,
}: SelectMenuProps<Value>) {
  const words = options.find(([known]) => known === value)?.[1] ?? value;
  function choose(wanted: string) {
    const chosen = options.find(([known]) => known === wanted);
    if (chosen) onChoose(chosen[0]);
  }
  return (
    <MenuButton
      align={align ?? 'end'}
      aria-label={`${label}: ${words}`}
      menuLabel={label}
      entries={[
        {
          kind: 'choice',
          label,
          value,
          options: options.map(([known, name]) => ({ value: known, label: name })),
          onChoose: choose,
        },
      ]}
      className={buttonClass({ className: isSet ? '' : 'font-normal! text-muted!' })}
    >
      <Icon aria-hidden />
      <span className={folds ? 'max-sm:sr-only' : undefined}>{words}</span>
    </MenuButton>
  );
}
