import type { Patch, Sabotage } from './promise.ts';

/** Controls that each take one thing away from the same file. */
export function controlsOf(
  file: string,
  cuts: readonly ({ without: string } & Omit<Patch, 'file'>)[],
): Sabotage[] {
  return cuts.map(({ without, ...patch }) => ({ without, patches: [{ file, ...patch }] }));
}
