import { cx } from 'class-variance-authority';
import type { ComponentProps, ReactNode } from 'react';
import { boxClass } from './radio.tsx';
import { useRowPart } from './row.tsx';

type CheckboxProps = Omit<ComponentProps<'input'>, 'type'> & { children: ReactNode };

/** Any number of several: a check box with its label. */
export function Checkbox({ children, className, ...input }: CheckboxProps) {
  return (
    <label className={cx('flex items-start gap-2.5', className)}>
      <input
        {...useRowPart()}
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
