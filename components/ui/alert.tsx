import { cva, type VariantProps } from 'class-variance-authority';
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

const alertClass = cva(
  'flex gap-2.5 rounded-control px-3 py-2.5 text-sm [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0',
  {
    variants: {
      variant: {
        info: 'bg-sunken text-muted',
        warn: 'bg-warn-soft text-warn',
        danger: 'bg-danger-soft text-danger',
      },
    },
    defaultVariants: { variant: 'info' },
  },
);

const icons = { info: Info, warn: TriangleAlert, danger: CircleAlert };

type AlertProps = { variant: NonNullable<VariantProps<typeof alertClass>['variant']>; children: ReactNode };

/** A sentence in its place on the page. A `danger` one is announced when it appears. */
export function Alert({ variant, children }: AlertProps) {
  const Icon = icons[variant];
  return (
    <div role={variant === 'danger' ? 'alert' : undefined} className={alertClass({ variant })}>
      <Icon aria-hidden />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
