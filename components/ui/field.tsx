import { cx } from 'class-variance-authority';
import { CircleAlert } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';

export const inputClass =
  'h-10 w-full min-w-0 rounded-control border border-line-strong bg-surface px-3 text-base text-ink transition-colors duration-120 hover:border-faint focus-visible:border-accent-ink focus-visible:outline-1 focus-visible:outline-offset-0 aria-invalid:border-danger aria-invalid:focus-visible:outline-danger [&[readonly]]:bg-sunken [&[readonly]]:text-muted disabled:opacity-55';

interface FieldParts {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  /** Shown beside an error too, not only in its place. */
  keepHint?: boolean | undefined;
  optional?: boolean;
}

interface ControlProps {
  id: string;
  'aria-invalid': boolean | undefined;
  'aria-describedby': string | undefined;
}

/** A label, its control, and under it what is wrong or else what to know; tied together for assistive technology. */
export function Field({
  label,
  hint,
  error,
  keepHint = false,
  optional,
  className,
  children,
}: FieldParts & { className?: string; children: (control: ControlProps) => ReactNode }) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className={cx('grid gap-1.5', className)}>
      <label htmlFor={id} className="flex items-baseline justify-between font-medium">
        {label}
        {optional && <span className="text-sm font-normal text-faint">Optional</span>}
      </label>
      {children({
        id,
        'aria-invalid': error ? true : undefined,
        'aria-describedby': note ? noteId : undefined,
      })}
      {note && (
        <div id={noteId} className={cx('text-sm', error ? 'text-danger' : 'text-muted')}>
          {error && <FieldError message={error} />}
          {(!error || keepHint) && <div className="text-muted">{hint}</div>}
        </div>
      )}
    </div>
  );
}

export function FieldError({ message }: { message: string }) {
  return (
    <span className="flex gap-1.5 text-sm text-danger">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      {message}
    </span>
  );
}

type TextFieldProps = FieldParts & Omit<ComponentProps<'input'>, 'id'>;

export function TextField({ label, hint, error, optional = false, className, ...input }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(control) => <input type="text" {...input} {...control} className={cx(inputClass, className)} />}
    </Field>
  );
}
