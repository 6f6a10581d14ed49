'use client';
import { Menu } from '@base-ui/react/menu';
import { cx } from 'class-variance-authority';
import { Check, type LucideIcon } from 'lucide-react';
import type { MenuChoice, MenuEntry, MenuPlace } from './menu.tsx';
import { PageLink } from './page-link.tsx';

interface MenuPopupProps extends MenuPlace {
  label: string;
  entries: readonly MenuEntry[];
  align: 'start' | 'end';
}

/** Within the landmark or the dialog of its button, so that it lies above it and those who move by landmarks find it. */
const landmarkOf = (button: HTMLElement | null) =>
  button?.closest<HTMLElement>('header, main, [role=dialog]') ?? null;

export function MenuPopup({ label, entries, align, anchor, opener, onClose }: MenuPopupProps) {
  return (
    <Menu.Root open onOpenChange={(open) => !open && onClose()}>
      <Menu.Portal container={landmarkOf(anchor.current)}>
        <Menu.Positioner
          anchor={anchor}
          align={align}
          sideOffset={6}
          collisionPadding={12}
          className="z-40 outline-none"
        >
          <Menu.Popup
            aria-label={label}
            finalFocus={() => opener.current as HTMLElement | null}
            className="max-h-(--available-height) w-max max-w-[min(18rem,var(--available-width))] min-w-48 origin-(--transform-origin) overflow-y-auto rounded-card bg-raised p-1 shadow-float transition-[opacity,scale] duration-120 ease-out outline-none data-starting-style:scale-97 data-starting-style:opacity-0"
          >
            {entries.map((entry, index) => (
              <Entry key={keyOf(entry, index)} entry={entry} />
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

const keyOf = (entry: MenuEntry, index: number) =>
  'label' in entry ? entry.label : `${entry.kind}-${index}`;

const itemClass =
  'flex min-h-8 items-center gap-2.5 rounded-control px-2.5 py-1 text-base outline-none select-none cursor-pointer data-highlighted:bg-hover';

function Entry({ entry }: { entry: MenuEntry }) {
  switch (entry.kind) {
    case 'separator':
      return <Menu.Separator className="mx-1 my-1 h-px bg-line" />;
    case 'text':
      return <div className="px-2.5 py-2">{entry.text}</div>;
    case 'action':
      return (
        <Menu.Item
          onClick={entry.onSelect}
          className={cx(itemClass, entry.danger && 'text-danger data-highlighted:bg-danger-soft')}
        >
          <EntryIcon icon={entry.icon} danger={entry.danger} />
          {entry.label}
        </Menu.Item>
      );
    case 'link':
      return (
        <Menu.LinkItem
          closeOnClick
          render={<PageLink href={entry.href} aria-current={entry.current ? 'page' : undefined} />}
          className={cx(itemClass, entry.current && 'font-medium')}
        >
          <EntryIcon icon={entry.icon} />
          {entry.label}
        </Menu.LinkItem>
      );
    case 'choice':
      return <ChoiceEntry entry={entry} />;
  }
}

function ChoiceEntry({ entry }: { entry: MenuChoice }) {
  return (
    <Menu.Group>
      <Menu.GroupLabel className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-faint">
        {entry.label}
      </Menu.GroupLabel>
      <Menu.RadioGroup value={entry.value} onValueChange={(value) => entry.onChoose(String(value))}>
        {entry.options.map((option) => (
          <Menu.RadioItem key={option.value} value={option.value} closeOnClick className={itemClass}>
            <EntryIcon icon={option.icon} />
            <span className="flex-1">{option.label}</span>
            <Menu.RadioItemIndicator className="text-accent-ink">
              <Check aria-hidden className="size-4" />
            </Menu.RadioItemIndicator>
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </Menu.Group>
  );
}

function EntryIcon({ icon: Icon, danger }: { icon: LucideIcon | undefined; danger?: boolean | undefined }) {
  return Icon ? <Icon aria-hidden className={cx('size-4 shrink-0', !danger && 'text-faint')} /> : null;
}
