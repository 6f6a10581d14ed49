import { cx } from 'class-variance-authority';

/** Stands where text of the same size will be. Give it the width and height of what it stands for. */
export function Skeleton({ className }: { className: string }) {
  return <span aria-hidden className={cx('block animate-pulse rounded-tag bg-hover', className)} />;
}
