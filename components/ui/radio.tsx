import { cx } from 'class-variance-authority';
import type { ComponentProps, ReactNode } from 'react';

export const boxClass =
  'relative grid size-4 shrink-0 appearance-none place-items-center border border-faint bg-surface transition-colors duration-120 checked:border-accent checked:bg-accent before:scale-0 before:transition-transform before:duration-120 checked:before:scale-100 aria-invalid:border-danger disabled:opacity-55';

type RadioProps = Omit<ComponentProps<'input'>, 'type'> & { children: ReactNode; note?: ReactNode };

/** One of several: a radio button with its label, and a note under it. */
export function Radio({ children, note, className, ...input }: RadioProps) {
  return (
    <label className={cx('flex items-start gap-2.5', className)}>
      <input
        {...input}
        type="radio"
        className={cx(
          boxClass,
          'mt-0.5 rounded-full before:size-1.5 before:rounded-full before:bg-on-accent',
        )}
      />
      <span className="min-w-0">
        <span className="font-medium">{children}</span>
        {note && <span className="block text-sm text-muted">{note}</span>}
      </span>
    </label>
  );
}

/** One of a few short ones, side by side: radio buttons that look like a row of buttons. */
export function SegmentedRadio({ children, ...input }: Omit<RadioProps, 'note'>) {
  return (
    <label className="relative grid h-8 min-w-0 place-items-center rounded-control border border-line-strong bg-surface px-2 font-medium whitespace-nowrap text-muted transition-colors duration-120 hover:bg-hover has-checked:border-accent-ink has-checked:bg-accent-soft has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-ink">
      <input {...input} type="radio" className="absolute inset-0 size-full appearance-none opacity-0" />
      {children}
    </label>
  );
}
