import type { ReactNode } from 'react';

interface ChipProps {
  pressed: boolean;
  onPress: () => void;
  /** How many there are; null while it is not known yet: its place is kept. */
  count?: number | null | undefined;
  label?: string | undefined;
  children: ReactNode;
}

/** A filter or an order that is on or off. */
export function Chip({ pressed, onPress, count, label, children }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      aria-label={label}
      onClick={onPress}
      className="inline-flex h-8 items-center gap-1.5 rounded-control border border-transparent px-2.5 text-base font-medium whitespace-nowrap text-muted transition-colors duration-120 hover:bg-hover hover:text-ink aria-pressed:border-line aria-pressed:bg-surface aria-pressed:text-ink [&_svg]:size-3.5"
    >
      {children}
      {count !== undefined && (
        <span className={`text-sm font-normal text-faint ${count === null ? 'invisible' : ''}`}>
          {(count ?? 0).toLocaleString('en-GB')}
        </span>
      )}
    </button>
  );
}

/** Chips in a line that scrolls sideways where it is too long. */
export function ChipGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div
      role="group"
      aria-label={label}
      className="-mx-1 flex min-w-0 gap-0.5 overflow-x-auto px-1 py-1 [scrollbar-width:none] max-md:-mr-4 max-md:[mask-image:linear-gradient(to_right,black_calc(100%-3rem),transparent)] max-md:pr-12"
    >
      {children}
    </div>
  );
}

interface CountChipsProps<Value extends string> {
  label: string;
  words: Record<Value, string>;
  values: readonly Value[];
  /** Of each, and in all; left out while they are not known, or too many to be counted. */
  counts: Record<Value | 'total', number> | null | undefined;
  /** Null: all. */
  value: Value | null;
  onChoose: (value: Value | null) => void;
}

/** How many there are of each kind, which is the filter too: one at a time, pressed again for all. */
export function CountChips<Value extends string>({
  label,
  words,
  values,
  counts,
  value,
  onChoose,
}: CountChipsProps<Value>) {
  return (
    <ChipGroup label={label}>
      <Chip pressed={value === null} count={counts?.total ?? null} onPress={() => onChoose(null)}>
        All
      </Chip>
      {values.map((one) => (
        <Chip
          key={one}
          pressed={value === one}
          count={counts?.[one] ?? null}
          onPress={() => onChoose(value === one ? null : one)}
        >
          {words[one]}
        </Chip>
      ))}
    </ChipGroup>
  );
}
