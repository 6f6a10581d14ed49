'use client';
import { cx } from 'class-variance-authority';
import { type ComponentProps, createContext, type ReactNode, use } from 'react';
import { preloadSidePanel } from './side-panel.tsx';

/** Of a row of a list: whether it is the one where Tab stops. */
const RowContext = createContext<boolean | undefined>(undefined);

export function Row({ isCurrent, children }: { isCurrent: boolean; children: ReactNode }) {
  return <RowContext value={isCurrent}>{children}</RowContext>;
}

/** In a row the arrow keys lead to what has this, and Tab passes it by. */
export const useRowPart = () => (use(RowContext) === undefined ? {} : { tabIndex: -1 });

/** The one place in a row where Tab stops: its name, or where nothing opens its only control. */
export function useRowStop() {
  const isCurrent = use(RowContext) ?? true;
  return { 'data-row-button': true, tabIndex: isCurrent ? 0 : -1 };
}

type RowButtonProps = Omit<ComponentProps<'button'>, 'type' | 'tabIndex' | 'onClick'> & {
  onOpen: () => void;
};

/**
 * What a row is called, and what opens it: the one place in it where Tab stops. It takes presses anywhere on the row, which
 * has to be `relative`, and so has everything else that can be pressed there.
 */
export function RowButton({ onOpen, className, ...button }: RowButtonProps) {
  return (
    <button
      {...button}
      {...useRowStop()}
      type="button"
      aria-haspopup="dialog"
      onPointerEnter={preloadSidePanel}
      onFocus={preloadSidePanel}
      onClick={onOpen}
      className={cx(
        'static! min-w-0 text-left after:absolute after:inset-0 after:rounded-card focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent-ink',
        className,
      )}
    />
  );
}

/** What has the focus of a row. */
export const rowButtonOf = (row: Element | null | undefined) =>
  row?.querySelector<HTMLElement>('[data-row-button]');
