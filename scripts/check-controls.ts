import { globSync } from 'node:fs';
import path from 'node:path';
import type { TrustPromise } from '#trust/promise.ts';
import { misfits } from '#trust/sabotage.ts';
import { root } from './workplace.mjs';

/** Says of each control which of its texts its file no longer holds exactly once: it would take away no defence. */
const files = globSync('trust/promises/*.ts', { cwd: root }).toSorted();
for (const file of files) {
  const { promise } = (await import(path.join(root, file))) as { promise: TrustPromise };
  for (const control of [promise.control].flat())
    for (const misfit of 'patches' in control ? misfits(control.patches) : []) {
      console.error(`${promise.id}, without ${control.without}: ${misfit}`);
      process.exitCode = 1;
    }
}
