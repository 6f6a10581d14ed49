const wholeToken = /\bkw_[a-z]{3}_[0-9A-Za-z]{9,}/gu;
const prefixLength = 'kw_pat_'.length + 8;

/** What may be searched for on the server: of a token that was pasted whole only the part that is no secret. */
export const searchable = (text: string) =>
  text.trim().replace(wholeToken, (token) => token.slice(0, prefixLength));

const folded = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Those that every typed word begins a word of, the ones whose own beginning was typed first. */
export function matching<Item extends { label: string; words?: string }>(
  items: readonly Item[],
  text: string,
): readonly Item[] {
  const typed = folded(text).split(/\s+/u).filter(Boolean);
  if (typed.length === 0) return items;
  const fits = items.filter(({ label, words = '' }) => {
    const known = folded(`${label} ${words}`).split(/[\s-]+/u);
    return typed.every((word) => known.some((part) => part.startsWith(word)));
  });
  const begins = ({ label }: Item) => (folded(label).startsWith(typed.join(' ')) ? 0 : 1);
  return fits.toSorted((a, b) => begins(a) - begins(b));
}
