declare module '#server/core/access/context.ts' {
  interface Runtime {
    recentSecrets: RecentSecrets;
  }
}
/** Which secrets worked lately, by their hashes. It lets nobody in: whatever is shown is looked up all the same. */
export interface RecentSecrets {
  note(hash: Buffer): void;
  has(hash: Buffer): boolean;
  forget(hash: Buffer): void;
}

const periodMs = 300_000;
const most = 50_000;

/** Two generations, so that forgetting costs nothing: what worked is known for five to ten minutes. */
export function createRecentSecrets(now: () => number): RecentSecrets {
  let [current, previous] = [new Set<string>(), new Set<string>()];
  let since = now();

  function renew(at: number): void {
    if (at - since < periodMs && current.size < most) return;
    [current, previous] = [new Set(), current];
    since = at;
  }

  return {
    note(hash) {
      renew(now());
      current.add(keyOf(hash));
    },
    has: (hash) => current.has(keyOf(hash)) || previous.has(keyOf(hash)),
    forget(hash) {
      current.delete(keyOf(hash));
      previous.delete(keyOf(hash));
    },
  };
}

const keyOf = (hash: Buffer) => hash.toString('latin1');
