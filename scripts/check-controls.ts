import { globSync } from 'node:fs';
import path from 'node:path';
import type { Sabotage, TrustPromise } from '#trust/promise.ts';
import { changesOf, misfits } from '#trust/sabotage.ts';
import { root } from './workplace.mjs';

/** Says which control would take away no defence, since what it changes is no longer there, and which file no control uses. */
const used = new Set<string>();
for (const file of filesOf('trust/promises')) {
  const { promise } = (await import(path.join(root, file))) as { promise: TrustPromise };
  for (const control of [promise.control].flat()) {
    for (const name of 'replaced' in control ? control.replaced : []) used.add(`trust/controls/${name}.ts`);
    for (const fault of faultsOf(control)) fail(`${promise.id}, without ${control.without}: ${fault}`);
  }
}
for (const file of filesOf('trust/controls')) if (!used.has(file)) fail(`No promise uses ${file}.`);

function filesOf(folder: string): string[] {
  return globSync(`${folder}/*.ts`, { cwd: root }).toSorted();
}

function faultsOf(control: Sabotage): string[] {
  try {
    return misfits(changesOf(control));
  } catch (error) {
    return [(error as Error).message];
  }
}

function fail(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}
