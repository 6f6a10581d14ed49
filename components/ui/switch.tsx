import { useRowPart } from './row.tsx';

interface SwitchProps {
  /** What it switches, read out with its state: "Active: Ada Lovelace". */
  label: string;
  on: boolean;
  disabled?: boolean;
  onPress: () => void;
}

/** On or off at once, or after the question that a press may lead to. */
export function Switch({ label, on, disabled = false, onPress }: SwitchProps) {
  return (
    <button
      {...useRowPart()}
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      disabled={disabled}
      onClick={onPress}
      className="relative h-5 w-9 shrink-0 rounded-full border border-transparent bg-faint transition-colors duration-120 before:absolute before:top-0.5 before:left-0.5 before:size-3.5 before:rounded-full before:bg-on-accent before:transition-[translate] before:duration-120 after:absolute after:-inset-2 disabled:cursor-not-allowed disabled:opacity-45 aria-checked:bg-accent aria-checked:before:translate-x-4"
    />
  );
}
