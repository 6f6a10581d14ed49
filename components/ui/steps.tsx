import { cx } from 'class-variance-authority';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

const tones = {
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
  idle: 'bg-idle-soft text-idle',
  waiting: 'bg-accent-soft text-accent-ink [&>svg]:motion-safe:animate-spin',
};
export type StepTone = keyof typeof tones;

/** What goes on elsewhere, step by step; each change is announced. */
export function Steps({ children }: { children: ReactNode }) {
  return (
    <ol aria-live="polite" className="grid gap-3">
      {children}
    </ol>
  );
}

interface StepProps {
  icon: LucideIcon;
  tone: StepTone;
  title: string;
  /** At the end of the line: when it passed. */
  aside?: ReactNode;
  children?: ReactNode;
}

/** One step: an icon in a round field, what it is, and more about it. */
export function Step({ icon: Icon, tone, title, aside, children }: StepProps) {
  return (
    <li className="flex gap-3">
      <span className={cx('grid size-6 shrink-0 place-items-center rounded-full', tones[tone])}>
        <Icon aria-hidden className="size-3.5" />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline justify-between gap-3">
          <p className="min-w-0 font-medium break-words">{title}</p>
          {aside && <span className="shrink-0 text-xs text-faint tabular-nums">{aside}</span>}
        </div>
        {children && <div className="text-sm text-muted">{children}</div>}
      </div>
    </li>
  );
}
