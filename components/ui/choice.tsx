import { cx } from 'class-variance-authority';
import type { ComponentProps, ReactNode } from 'react';

const boxClass =
  'relative grid size-4 shrink-0 appearance-none place-items-center border border-faint bg-surface transition-colors duration-120 checked:border-accent checked:bg-accent before:scale-0 before:transition-transform before:duration-120 checked:before:scale-100 aria-invalid:border-danger disabled:opacity-55';

type ChoiceProps = Omit<ComponentProps<'input'>, 'type'> & { children: ReactNode; note?: ReactNode };

/** One of several: a radio button with its label, and a note under it. */
export function Choice({ children, note, className, ...input }: ChoiceProps) {
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

/** Any number of several: a check box with its label. */
export function Check({ children, className, ...input }: Omit<ChoiceProps, 'note'>) {
  return (
    <label className={cx('flex items-start gap-2.5', className)}>
      <input
        {...input}
        type="checkbox"
        className={cx(
          boxClass,
          'mt-0.5 rounded-tag before:h-2.5 before:w-1.5 before:-translate-y-px before:rotate-45 before:border-r-2 before:border-b-2 before:border-on-accent',
        )}
      />
      <span className="min-w-0">{children}</span>
    </label>
  );
}

/** One of a few short ones, side by side: radio buttons that look like a row of buttons. */
export function Segment({ children, ...input }: Omit<ChoiceProps, 'note'>) {
  return (
    <label className="relative grid h-8 min-w-0 place-items-center rounded-control border border-line-strong bg-surface px-2 font-medium whitespace-nowrap text-muted transition-colors duration-120 hover:bg-hover has-checked:border-accent-ink has-checked:bg-accent-soft has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-ink">
      <input {...input} type="radio" className="absolute inset-0 size-full appearance-none opacity-0" />
      {children}
    </label>
  );
}
