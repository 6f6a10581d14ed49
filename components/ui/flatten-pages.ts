/** The rows of all pages, each once: one that moved while the pages were read comes again on a later page, and newer. */
export function flattenPages<Item extends { id: string }>(
  pages: readonly { items: readonly Item[] }[] = [],
): Item[] {
  const rows = new Map<string, Item>();
  for (const { items } of pages) for (const item of items) rows.set(item.id, item);
  return [...rows.values()];
}
