import { passwordStrength } from './password-strength.ts';

const bars = [1, 2, 3] as const;
const colours = ['bg-line-strong', 'bg-danger', 'bg-warn', 'bg-ok'] as const;

export function StrengthHint({ password, personal }: { password: string; personal: readonly string[] }) {
  const { score, words } = passwordStrength(password, personal);
  return (
    <span className="grid gap-1.5">
      <span aria-hidden className="grid grid-cols-3 gap-1">
        {bars.map((bar) => (
          <span
            key={bar}
            className={`h-1 rounded-full transition-colors duration-150 ${bar <= score ? colours[score] : 'bg-line'}`}
          />
        ))}
      </span>
      <span aria-live="polite">{words}</span>
    </span>
  );
}
