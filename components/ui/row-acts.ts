import type { KeyedRows, RowFocus } from './use-row-keys.ts';

const controlsOfRow = 'a[href], button:not(:disabled), input:not(:disabled)';

const focusedRow = () => document.activeElement?.closest<HTMLElement>('[data-index]') ?? null;

/** What a key does in a list, if anything. */
export function actOf<Item>(
  { key, shiftKey }: KeyboardEvent,
  { items, keys }: KeyedRows<Item>,
  list: RowFocus | null,
): (() => void) | undefined {
  const row = focusedRow();
  const index = row ? Number(row.dataset['index']) : -1;
  const last = items.length - 1;
  const own = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (own) return () => own(items[index]);
  if (key === '/') return focusSearch;
  if (last < 0) return undefined;
  const focus = (to: number) => () => list?.focusRow(Math.min(Math.max(to, 0), last));
  if (key === 'j') return focus(index + 1);
  if (key === 'k') return focus(index - 1);
  if (!row) return undefined;
  const inRow: Record<string, () => void> = {
    ArrowDown: focus(index + 1),
    ArrowUp: focus(index - 1),
    Home: focus(0),
    End: focus(last),
    ArrowRight: () => stepWithin(row, 1),
    ArrowLeft: () => stepWithin(row, -1),
    m: () => openMenu(row),
    ContextMenu: () => openMenu(row),
    F10: () => openMenu(row),
  };
  return key === 'F10' && !shiftKey ? undefined : inRow[key];
}

function focusSearch() {
  document.querySelector<HTMLInputElement>('main input[type=search]')?.focus();
}

function openMenu(row: HTMLElement) {
  row.querySelector<HTMLElement>('[aria-haspopup="menu"]')?.click();
}

function stepWithin(row: HTMLElement, by: number) {
  const controls = [...row.querySelectorAll<HTMLElement>(controlsOfRow)];
  const at = controls.findIndex((control) => control === document.activeElement);
  controls[at + by]?.focus();
}
