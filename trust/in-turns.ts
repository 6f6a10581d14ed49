/**
 * Does something to each, a few at a time, in the order in which they come. Where one fails no more are begun, and it rejects
 * once those under way have ended.
 */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  run: (item: Item, at: number) => Promise<Result>,
  atOnce = 8,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  let hasFailed = false;
  const work = async () => {
    for (const [at, item] of waiting) {
      if (hasFailed) return;
      results[at] = await run(item, at).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return results;
}
