import { cva, type VariantProps } from 'class-variance-authority';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

const badgeClass = cva(
  'inline-flex h-6 w-max items-center gap-1 rounded-full pr-2.5 pl-1.5 text-xs font-medium whitespace-nowrap [&_svg]:size-3.5 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        ok: 'bg-ok-soft text-ok',
        warn: 'bg-warn-soft text-warn',
        danger: 'bg-danger-soft text-danger',
        idle: 'bg-idle-soft text-idle',
        sky: 'bg-sky-soft text-sky',
        plum: 'bg-plum-soft text-plum',
        strong: 'bg-ink text-canvas',
      },
    },
    defaultVariants: { variant: 'idle' },
  },
);

export type BadgeVariant = NonNullable<VariantProps<typeof badgeClass>['variant']>;

interface BadgeProps {
  variant: BadgeVariant;
  icon: LucideIcon;
  children: ReactNode;
}

/** A state or a kind, told by a word, an icon and a colour: any one of the three is enough. */
export function Badge({ variant, icon: Icon, children }: BadgeProps) {
  return (
    <span className={badgeClass({ variant })}>
      <Icon aria-hidden />
      {children}
    </span>
  );
}
