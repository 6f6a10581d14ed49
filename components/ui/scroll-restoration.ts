import type { VirtualItem } from '@tanstack/react-virtual';

interface Place {
  view: string;
  scrollY: number;
}

const placesKept = 50;
const places = new Map<string, Place>();
const sizes = new Map<string, VirtualItem[]>();
let entriesNamed = 0;
const session = Math.random().toString(36).slice(2);

function keep<Value>(map: Map<string, Value>, key: string, value: Value) {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > placesKept && oldest !== undefined) map.delete(oldest);
}

const entryName = () => (window.history.state as { place?: string } | null)?.place;

/** The name of this entry of the history. Next's own state stays in it, so that its router still takes it for one of its own. */
function nameEntry(): string {
  const name = entryName() ?? `${session}-${++entriesNamed}`;
  if (!entryName()) window.history.replaceState({ ...window.history.state, place: name }, '');
  return name;
}

/** How far a view was scrolled when this entry of the history was left; undefined for an entry that is new. */
export function savedScroll(view: string): number | undefined {
  const place = places.get(entryName() ?? '');
  return place?.view === view ? place.scrollY : undefined;
}

/** Back to another view scrolls before that view is there: then this one has no say in where it was. */
export function saveScroll(view: string) {
  const before = places.get(entryName() ?? '');
  if (before && before.view !== view) return;
  if (before?.scrollY !== window.scrollY) keep(places, nameEntry(), { view, scrollY: window.scrollY });
}

/** The heights that the rows of a view had when it was last shown. */
export const savedSizes = (view: string): VirtualItem[] => sizes.get(view) ?? [];
export const saveSizes = (view: string, rows: VirtualItem[]) => keep(sizes, view, rows);
