'use client';
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { cx } from 'class-variance-authority';
import { LoaderCircle, type LucideIcon, Search } from 'lucide-react';
import { type KeyboardEvent, useRef } from 'react';
import { Kbd } from './kbd.tsx';

export interface Command {
  /** Unlike any other. */
  id: string;
  label: string;
  icon: LucideIcon;
  /** Said more quietly after the label. */
  detail?: string | undefined;
  /** `detail` is a token, an id or a command. */
  mono?: boolean;
  /** The keys that do the same. */
  keys?: string | undefined;
  onChoose: () => void;
}

export interface CommandGroup {
  label: string;
  commands: readonly Command[];
}

interface CommandMenuProps {
  label: string;
  placeholder: string;
  text: string;
  onText: (text: string) => void;
  groups: readonly CommandGroup[];
  /** More may come. */
  busy: boolean;
  onClose: () => void;
}

/** A field with a list below it, one entry of which is taken with Enter. What is listed for a text the caller decides. */
export function CommandMenu({ label, placeholder, text, onText, groups, busy, onClose }: CommandMenuProps) {
  const input = useRef<HTMLInputElement>(null);
  const byId = new Map(groups.flatMap(({ commands }) => commands.map((command) => [command.id, command])));
  // By their ids: commands are made anew with each drawing, and what is highlighted has to be known again.
  const items = groups.map((group) => ({ label: group.label, items: group.commands.map(({ id }) => id) }));
  const count = byId.size;

  function closeByItsKey(event: KeyboardEvent) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
    event.preventDefault();
    onClose();
  }
  function take(command: Command) {
    onClose();
    command.onChoose();
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-scrim transition-opacity duration-120 data-starting-style:opacity-0" />
        <Dialog.Popup
          aria-label={label}
          initialFocus={input}
          onKeyDown={closeByItsKey}
          className="fixed inset-x-2 top-2 z-50 mx-auto flex max-h-[min(27rem,calc(100dvh-1rem))] max-w-140 flex-col overflow-hidden rounded-card bg-raised shadow-float outline-none transition-[opacity,scale] duration-120 ease-out data-starting-style:scale-98 data-starting-style:opacity-0 sm:top-[12dvh]"
        >
          <Autocomplete.Root
            open
            inline
            mode="none"
            autoHighlight="always"
            keepHighlight
            items={items}
            value={text}
            onValueChange={onText}
          >
            <div className="flex items-center gap-2.5 border-b border-line px-4">
              <Search aria-hidden className="size-4 shrink-0 text-faint" />
              <Autocomplete.Input
                ref={input}
                aria-label={label}
                placeholder={placeholder}
                maxLength={100}
                spellCheck={false}
                className="h-12 min-w-0 flex-1 bg-transparent outline-none placeholder:text-faint"
              />
              {busy && <LoaderCircle aria-hidden className="size-4 animate-spin text-faint" />}
              <Kbd keys="Esc" />
            </div>
            <Autocomplete.List
              aria-label={label}
              className="min-h-0 flex-1 overflow-y-auto p-1.5 data-empty:hidden"
            >
              {(group: (typeof items)[number]) => (
                <Autocomplete.Group key={group.label} items={group.items} className="not-first:mt-1">
                  <Autocomplete.GroupLabel className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-faint">
                    {group.label}
                  </Autocomplete.GroupLabel>
                  <Autocomplete.Collection>
                    {(id: string) => {
                      const command = byId.get(id);
                      return command && <Option key={id} command={command} onTake={() => take(command)} />;
                    }}
                  </Autocomplete.Collection>
                </Autocomplete.Group>
              )}
            </Autocomplete.List>
            {count === 0 && !busy && (
              <p className="px-4 pt-4 pb-6 text-center text-muted">Nothing matches “{text.trim()}”.</p>
            )}
            <p role="status" className="sr-only">
              {busy ? '' : count === 1 ? '1 result' : `${count} results`}
            </p>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Option({ command, onTake }: { command: Command; onTake: () => void }) {
  const { icon: Icon, label, detail, mono, keys } = command;
  return (
    <Autocomplete.Item
      value={command.id}
      onClick={onTake}
      className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-control px-2.5 py-1 select-none data-highlighted:bg-hover"
    >
      <Icon aria-hidden className="size-4 shrink-0 text-faint" />
      <span className="min-w-0 flex-1 truncate">
        {label}
        {detail && <span className="sr-only">, </span>}
        {detail && (
          <span className={cx('ml-2.5 text-faint', mono ? 'font-mono text-xs' : 'text-sm')}>{detail}</span>
        )}
      </span>
      {keys && <Kbd keys={keys} />}
    </Autocomplete.Item>
  );
}
