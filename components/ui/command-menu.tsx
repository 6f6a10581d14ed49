'use client';
import { Dialog as Base } from '@base-ui/react/dialog';
import { cx } from 'class-variance-authority';
import { LoaderCircle, type LucideIcon, Search } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
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

/**
 * A field with a list below it, one entry of which is taken with Enter: a combobox as WAI-ARIA describes one, in a dialog.
 * The focus stays in the field; the arrow keys move what `aria-activedescendant` names.
 */
export function CommandMenu({ label, placeholder, text, onText, groups, busy, onClose }: CommandMenuProps) {
  const base = useId();
  const input = useRef<HTMLInputElement>(null);
  const { active, activate, step } = useActive(groups);
  const shown = groups.flatMap(({ commands }) => commands);
  const optionId = (id: string) => `${base}-${id}`;

  useEffect(() => {
    if (active) document.getElementById(`${base}-${active.id}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, base]);

  const take = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.onChoose();
  };
  function answerKey(event: KeyboardEvent) {
    // Enter ends the word that is being composed.
    if (event.nativeEvent.isComposing) return;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const by = steps[event.key];
    const isToggle = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k';
    if (by !== undefined) step(by);
    else if (event.key === 'Enter') take(active);
    else if (isToggle) onClose();
    else return;
    event.preventDefault();
  }

  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 bg-scrim transition-opacity duration-120 data-starting-style:opacity-0" />
        <Base.Popup
          aria-label={label}
          initialFocus={input}
          className="fixed inset-x-2 top-2 z-50 mx-auto flex max-h-[min(27rem,calc(100dvh-1rem))] max-w-140 flex-col overflow-hidden rounded-card bg-raised shadow-float outline-none transition-[opacity,scale] duration-120 ease-out data-starting-style:scale-98 data-starting-style:opacity-0 sm:top-[12dvh]"
        >
          <div className="flex items-center gap-2.5 border-b border-line px-4">
            <Search aria-hidden className="size-4 shrink-0 text-faint" />
            <input
              ref={input}
              role="combobox"
              aria-label={label}
              aria-expanded={shown.length > 0}
              aria-controls={`${base}-list`}
              aria-autocomplete="list"
              aria-activedescendant={active ? optionId(active.id) : undefined}
              placeholder={placeholder}
              value={text}
              maxLength={100}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => onText(event.target.value)}
              onKeyDown={answerKey}
              className="h-12 min-w-0 flex-1 bg-transparent outline-none placeholder:text-faint"
            />
            {busy && <LoaderCircle aria-hidden className="size-4 animate-spin text-faint" />}
            <Kbd keys="Esc" />
          </div>
          <div
            id={`${base}-list`}
            role="listbox"
            hidden={shown.length === 0}
            aria-label={label}
            className="min-h-0 flex-1 overflow-y-auto p-1.5"
          >
            {groups.map((group) => (
              <Group key={group.label} label={group.label} id={`${base}-${group.label}`}>
                {group.commands.map((command) => (
                  <Option
                    key={command.id}
                    id={optionId(command.id)}
                    command={command}
                    isActive={command === active}
                    onPoint={() => activate(command)}
                    onTake={() => take(command)}
                  />
                ))}
              </Group>
            ))}
          </div>
          {shown.length === 0 && !busy && (
            <p className="px-4 pt-4 pb-6 text-center text-muted">Nothing matches “{text.trim()}”.</p>
          )}
          <p role="status" className="sr-only">
            {busy ? '' : shown.length === 1 ? '1 result' : `${shown.length} results`}
          </p>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** What Enter would take: the first one until another is chosen, and again once that one is gone. */
function useActive(groups: readonly CommandGroup[]) {
  const [chosenId, setChosenId] = useState<string>();
  const shown = groups.flatMap(({ commands }) => commands);
  const at = Math.max(
    0,
    shown.findIndex(({ id }) => id === chosenId),
  );
  return {
    active: shown[at],
    activate: ({ id }: Command) => setChosenId(id),
    step(by: number) {
      const last = shown.length - 1;
      const wraps = (at === last && by > 0) || (at === 0 && by < 0);
      const to = wraps ? (by > 0 ? 0 : last) : Math.min(last, Math.max(0, at + by));
      setChosenId(shown[to]?.id);
    },
  };
}

function Group({ id, label, children }: { id: string; label: string; children: ReactNode }) {
  return (
    <div role="group" aria-labelledby={id} className="not-first:mt-1">
      <div id={id} className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-faint">
        {label}
      </div>
      {children}
    </div>
  );
}

interface OptionProps {
  id: string;
  command: Command;
  isActive: boolean;
  onPoint: () => void;
  onTake: () => void;
}

function Option({ id, command, isActive, onPoint, onTake }: OptionProps) {
  const { icon: Icon, label, detail, mono, keys } = command;
  return (
    // The field has the focus, and answers the keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      onPointerMove={isActive ? undefined : onPoint}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onTake}
      className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-control px-2.5 py-1 select-none aria-selected:bg-hover"
    >
      <Icon aria-hidden className="size-4 shrink-0 text-faint" />
      <span className="min-w-0 flex-1 truncate">
        {label}
        {detail && (
          <span className={cx('ml-2.5 text-faint', mono ? 'font-mono text-xs' : 'text-sm')}>{detail}</span>
        )}
      </span>
      {keys && <Kbd keys={keys} />}
    </div>
  );
}
