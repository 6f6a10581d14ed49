import { cva, type VariantProps } from 'class-variance-authority';
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

const noticeClass = cva(
  'flex gap-2.5 rounded-control px-3 py-2.5 text-sm [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0',
  {
    variants: {
      tone: {
        info: 'bg-sunken text-muted',
        warn: 'bg-warn-soft text-warn',
        danger: 'bg-danger-soft text-danger',
      },
    },
    defaultVariants: { tone: 'info' },
  },
);

const icons = { info: Info, warn: TriangleAlert, danger: CircleAlert };

type NoticeProps = { tone: NonNullable<VariantProps<typeof noticeClass>['tone']>; children: ReactNode };

/** A sentence in its place on the page. A `danger` one is announced when it appears. */
export function Notice({ tone, children }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div role={tone === 'danger' ? 'alert' : undefined} className={noticeClass({ tone })}>
      <Icon aria-hidden />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
