export interface DiffPart {
  kind: 'same' | 'removed' | 'added';
  /** Words or lines, as they follow each other. */
  tokens: string[];
}

/** Beyond it all that differs counts as replaced: the time grows with the product of both lengths. */
const mostCells = 4_000_000;

/** What was taken out of a text and what was put in, in the order of reading; by its longest common subsequence. */
export function diffTexts(before: readonly string[], after: readonly string[]): DiffPart[] {
  const start = commonLength(before, after);
  const [oldRest, newRest] = [before.slice(start), after.slice(start)];
  const end = commonLength(oldRest.toReversed(), newRest.toReversed());
  const [old, now] = [oldRest.slice(0, oldRest.length - end), newRest.slice(0, newRest.length - end)];
  return join([
    { kind: 'same', tokens: before.slice(0, start) },
    ...diffMiddle(old, now),
    { kind: 'same', tokens: before.slice(before.length - end) },
  ]);
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((token, at) => token !== b[at]);
  return index < 0 ? a.length : index;
}

function diffMiddle(old: string[], now: string[]): DiffPart[] {
  const isLong = old.length * now.length > mostCells;
  if (isLong || old.length === 0 || now.length === 0)
    return [
      { kind: 'removed', tokens: old },
      { kind: 'added', tokens: now },
    ];
  const lengths = commonLengths(old, now);
  const width = now.length + 1;
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  const parts: DiffPart[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < now.length) {
    const [gone, come] = [old[row], now[column]];
    if (gone !== undefined && gone === come) {
      parts.push({ kind: 'same', tokens: [gone] });
      row++;
      column++;
    } else if (gone !== undefined && (come === undefined || at(row + 1, column) >= at(row, column + 1))) {
      parts.push({ kind: 'removed', tokens: [gone] });
      row++;
    } else if (come !== undefined) {
      parts.push({ kind: 'added', tokens: [come] });
      column++;
    }
  }
  return parts;
}

/** Of each pair of ends of two lists, how much they have in common in the same order. */
function commonLengths(old: readonly string[], now: readonly string[]): Uint32Array {
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let row = old.length - 1; row >= 0; row--)
    for (let column = now.length - 1; column >= 0; column--)
      lengths[row * width + column] =
        old[row] === now[column]
          ? (lengths[(row + 1) * width + column + 1] ?? 0) + 1
          : Math.max(lengths[(row + 1) * width + column] ?? 0, lengths[row * width + column + 1] ?? 0);
  return lengths;
}

/** Neighbours of one kind as one part. */
function join(parts: readonly DiffPart[]): DiffPart[] {
  const joined: DiffPart[] = [];
  for (const { kind, tokens } of parts) {
    const last = joined.at(-1);
    if (tokens.length === 0) continue;
    if (last?.kind === kind) last.tokens.push(...tokens);
    else joined.push({ kind, tokens: [...tokens] });
  }
  return joined;
}
