import type { ReactNode } from 'react';

interface ChipProps {
  pressed: boolean;
  onPress: () => void;
  /** Undefined while it is not known yet: its place is kept. */
  count: number | undefined;
  children: ReactNode;
}

/** A filter that is on or off. */
export function Chip({ pressed, onPress, count, children }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={onPress}
      className="inline-flex h-8 items-center gap-1.5 rounded-control border border-transparent px-2.5 text-base font-medium whitespace-nowrap text-muted transition-colors duration-120 hover:bg-hover hover:text-ink aria-pressed:border-line aria-pressed:bg-surface aria-pressed:text-ink"
    >
      {children}
      <span className={`text-sm font-normal text-faint ${count === undefined ? 'invisible' : ''}`}>
        {count ?? 0}
      </span>
    </button>
  );
}
