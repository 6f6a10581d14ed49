import { cva, type VariantProps } from 'class-variance-authority';
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';
import { useIsHydrated } from './use-is-hydrated.ts';

export const buttonClass = cva(
  'relative inline-flex shrink-0 items-center justify-center gap-2 rounded-control border font-medium whitespace-nowrap select-none transition-colors duration-120 disabled:not-data-early:cursor-not-allowed disabled:not-data-early:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      look: {
        primary: 'border-transparent bg-accent text-on-accent not-disabled:hover:bg-accent-hover',
        secondary:
          'border-line-strong bg-surface text-ink not-disabled:hover:bg-hover not-disabled:active:bg-press',
        quiet:
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
    defaultVariants: { look: 'secondary', size: 'md' },
  },
);

type ButtonProps = ComponentProps<'button'> &
  VariantProps<typeof buttonClass> & {
    busy?: boolean;
    /** What it says meanwhile: "Creating…". */
    busyLabel?: string;
  };

/**
 * While `busy` it turns, keeps its focus, and ignores presses. One that submits waits for the page's script: the browser would
 * send the form by itself, and what was typed would be gone.
 */
export function Button({
  look,
  size,
  busy = false,
  busyLabel,
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
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={buttonClass({ look, size, className })}
    >
      {busy && <LoaderCircle aria-hidden className="animate-spin" />}
      <span className={busy ? 'contents [&_svg]:hidden' : 'contents'}>{(busy && busyLabel) || children}</span>
    </button>
  );
}
