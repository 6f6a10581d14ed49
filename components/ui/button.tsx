import { cva, type VariantProps } from 'class-variance-authority';
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';
import { useIsHydrated } from './use-is-hydrated.ts';

export const buttonClass = cva(
  'relative inline-flex shrink-0 items-center justify-center gap-2 rounded-control border font-medium whitespace-nowrap select-none transition-colors duration-120 disabled:not-data-early:cursor-not-allowed disabled:not-data-early:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'border-transparent bg-accent text-on-accent not-disabled:hover:bg-accent-hover',
        secondary:
          'border-line-strong bg-surface text-ink not-disabled:hover:bg-hover not-disabled:active:bg-press',
        ghost:
          'border-transparent text-muted not-disabled:hover:bg-hover not-disabled:hover:text-ink not-disabled:active:bg-press aria-expanded:bg-hover aria-expanded:text-ink',
        danger: 'border-transparent bg-danger-solid text-on-accent not-disabled:hover:bg-danger-solid-hover',
      },
      size: {
        sm: 'h-7 px-2.5 text-sm',
        md: 'h-8 px-3 text-base',
        lg: 'h-10 px-4 text-base',
        icon: 'size-8',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
);

type ButtonProps = ComponentProps<'button'> &
  VariantProps<typeof buttonClass> & {
    pending?: boolean;
    /** What it says meanwhile: "Creating…". */
    pendingLabel?: string;
  };

/**
 * While `pending` it turns, keeps its focus, and ignores presses. One that submits waits for the page's script: the browser would
 * send the form by itself, and what was typed would be gone.
 */
export function Button({
  variant,
  size,
  pending = false,
  pendingLabel,
  className,
  children,
  onClick,
  type,
  disabled,
  ...rest
}: ButtonProps) {
  const isEarly = !useIsHydrated() && type === 'submit';
  return (
    <button
      {...rest}
      disabled={disabled || isEarly}
      data-early={isEarly || undefined}
      type={type ?? 'button'}
      aria-busy={pending || undefined}
      aria-disabled={pending || undefined}
      onClick={pending ? (event) => event.preventDefault() : onClick}
      className={buttonClass({ variant, size, className })}
    >
      {pending && <LoaderCircle aria-hidden className="animate-spin" />}
      <span className={pending ? 'contents [&_svg]:hidden' : 'contents'}>
        {(pending && pendingLabel) || children}
      </span>
    </button>
  );
}
