/** Chance that falls alike every time. */
export interface Dice {
  /** From 0 up to, but not, 1. */
  fraction(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of the keys, each as likely as its number is large. */
  weigh<K extends string>(weights: Readonly<Record<K, number>>): K;
}

/** Mulberry32: small, even enough to look real, and the same on every machine. */
export function createDice(start: number): Dice {
  let state = start;
  function fraction(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    between,
    chance: (probability) => fraction() < probability,
    pick: (items) => items[between(0, items.length - 1)] as (typeof items)[number],
    weigh(weights) {
      const entries = Object.entries<number>(weights);
      let left = fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      const [key] = entries.find(([, weight]) => (left -= weight) < 0) ?? entries.at(-1) ?? [''];
      return key as keyof typeof weights;
    },
  };
}

const kinds = [
  'tenant',
  'user',
  'token',
  'session',
  'request',
  'code',
  'key',
  'agent',
  'rotation',
  'server',
  'connection',
  'tool server',
] as const;

/** Ids that tell what was seeded from what grew: `5eed0002-…-000000000001` is the first user. Version 8, "made by whoever". */
export function seedId(kind: (typeof kinds)[number], number: number): string {
  return `5eed${String(kinds.indexOf(kind) + 1).padStart(4, '0')}-0000-8000-8000-${String(number).padStart(12, '0')}`;
}

export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;

export const before = (at: Date, days: number) => new Date(at.getTime() - days * dayMs);
