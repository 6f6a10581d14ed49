import { cx } from 'class-variance-authority';
import type { ComponentProps } from 'react';

export function Card({ className, ...rest }: ComponentProps<'div'>) {
  return <div {...rest} className={cx('rounded-card border border-line bg-surface', className)} />;
}

/** Stands where text of the same size will be. Give it the width and height of what it stands for. */
export function Skeleton({ className }: { className: string }) {
  return <span aria-hidden className={cx('block animate-pulse rounded-tag bg-hover', className)} />;
}
