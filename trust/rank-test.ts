/** How many standard deviations the ranks of one lie from what chance expects (Mann and Whitney, 1947). */
export function zOf(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((ms) => ({ ms, own: true })), ...other.map((ms) => ({ ms, own: false }))];
  const ranks = all.toSorted((a, b) => a.ms - b.ms).map(({ own }, at) => (own ? at + 1 : 0));
  const u = ranks.reduce((sum, rank) => sum + rank, 0) - (one.length * (one.length + 1)) / 2;
  const product = one.length * other.length;
  return (u - product / 2) / Math.sqrt((product * (one.length + other.length + 1)) / 12);
}
