import { cx } from 'class-variance-authority';

/** Keys to press, each in its cap: `Ctrl K` together, `g t` one after the other. A phone has none, unless `always`. */
export function Kbd({ keys, always = false }: { keys: string; always?: boolean }) {
  return (
    <kbd aria-hidden={!always} className={cx('flex shrink-0 gap-1 font-sans', !always && 'max-sm:hidden')}>
      {keys.split(' ').map((key) => (
        <span
          key={key}
          className="min-w-5 rounded-tag border border-line bg-sunken px-1 text-center text-xs leading-4.5 text-muted"
        >
          {key}
        </span>
      ))}
    </kbd>
  );
}
