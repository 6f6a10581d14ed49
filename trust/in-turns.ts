/** Does something to each, a few at a time, in the order in which they come. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  run: (item: Item, at: number) => Promise<Result>,
  atOnce = 8,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const work = async () => {
    for (const [at, item] of waiting) results[at] = await run(item, at);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
