import { CircleDot } from 'lucide-react';
import { CountChips } from './chip.tsx';
import { listControl, type ListControl } from './list-toolbar.tsx';

interface CountControl<Value extends string> {
  label: string;
  words: Record<Value, string>;
  values: readonly Value[];
  counts: Record<Value | 'total', number> | null | undefined;
  /** Null: all. */
  value: Value | null;
  onChoose: (value: Value | null) => void;
}

/** A filter that says how many there are of each kind: chips in the toolbar, one field of the sheet. */
export function countControl<Value extends string>(chips: CountControl<Value>): ListControl {
  const { label, words, values, counts, value, onChoose } = chips;
  return listControl<Value | 'all'>({
    label,
    icon: CircleDot,
    value: value ?? 'all',
    options: [
      ['all', 'All', counts?.total],
      ...values.map((one) => [one, words[one], counts?.[one]] as const),
    ],
    onChoose: (chosen) => onChoose(chosen === 'all' ? null : chosen),
    isSet: value !== null,
    inline: <CountChips {...chips} />,
  });
}
