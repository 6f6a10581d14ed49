'use client';
import type { LucideIcon } from 'lucide-react';
import {
  type ComponentProps,
  type ComponentType,
  type ReactNode,
  type RefObject,
  useRef,
  useState,
} from 'react';
import { lazyPart, orSayMissing } from './lazy-part.tsx';
import { useRowPart, useRowStop } from './row.tsx';

export interface MenuAction {
  kind: 'action';
  label: string;
  icon?: LucideIcon;
  danger?: boolean;
  onSelect: () => void;
}
export interface MenuLink {
  kind: 'link';
  label: string;
  href: string;
  icon?: LucideIcon;
  current?: boolean;
}
export interface MenuChoice {
  kind: 'choice';
  label: string;
  value: string;
  options: readonly { value: string; label: string; icon?: LucideIcon }[];
  onChoose: (value: string) => void;
}
export type MenuEntry =
  | MenuAction
  | MenuLink
  | MenuChoice
  | { kind: 'separator' }
  | { kind: 'text'; text: ReactNode };

// Most visits open no menu: the popup and its positioning (35 kB compressed) come when a pointer or the focus comes near.
const [MenuPopup, preload] = lazyPart(async () => (await import('./menu-popup.tsx')).MenuPopup);

/** Where an open menu hangs, and how it goes. */
export interface MenuPlace {
  anchor: RefObject<HTMLButtonElement | null>;
  /** Where the focus returns. */
  opener: RefObject<Element | null>;
  onClose: () => void;
}

type ButtonProps = Omit<ComponentProps<'button'>, 'ref'> & {
  buttonRef?: RefObject<HTMLButtonElement | null>;
};

type MenuTriggerProps<Props> = ButtonProps & {
  /** Fetches the menu when the pointer or the focus comes near. */
  onNear: () => void;
  Menu: ComponentType<Props & MenuPlace & { onMissing: () => void }>;
  menuProps: Props;
  /** It is all that can be done with its row, so Tab stops there. */
  isRowStop?: boolean;
};

/** A button that opens a menu: on a press, or on an arrow key as the menu button pattern asks. */
export function MenuTrigger<Props extends object>({
  onNear,
  Menu,
  menuProps,
  isRowStop = false,
  buttonRef,
  children,
  ...button
}: MenuTriggerProps<Props>) {
  const [open, setOpen] = useState(false);
  const own = useRef<HTMLButtonElement>(null);
  const anchor = buttonRef ?? own;
  const opener = useRef<Element>(null);
  const close = () => setOpen(false);
  const [stop, part] = [useRowStop(), useRowPart()];
  /** A key of the list opens the menu of a row from elsewhere in that row, and there the focus returns. */
  function toggle(isOpen: boolean) {
    const row = anchor.current?.closest('[data-index]');
    opener.current = row?.contains(document.activeElement) ? document.activeElement : anchor.current;
    setOpen(isOpen);
  }
  return (
    <>
      <button
        {...(isRowStop ? stop : part)}
        {...button}
        ref={anchor}
        type="button"
        aria-haspopup="menu"
        aria-expanded={open}
        onPointerEnter={onNear}
        onFocus={onNear}
        onClick={() => toggle(!open)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          toggle(true);
        }}
      >
        {children}
      </button>
      {open && (
        <Menu
          {...menuProps}
          anchor={anchor}
          opener={opener}
          onClose={close}
          onMissing={orSayMissing(close)}
        />
      )}
    </>
  );
}

type MenuButtonProps = ButtonProps & {
  entries: readonly MenuEntry[];
  menuLabel: string;
  align?: 'start' | 'end';
  isRowStop?: boolean;
};

/** The same, of entries that are known before it opens. */
export function MenuButton({ entries, menuLabel, align = 'end', ...button }: MenuButtonProps) {
  const menuProps = { label: menuLabel, entries, align };
  return <MenuTrigger {...button} onNear={preload} Menu={MenuPopup} menuProps={menuProps} />;
}
