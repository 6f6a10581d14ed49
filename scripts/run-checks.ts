import path from 'node:path';
import type { Tally } from './run-tests.ts';
import { findNode, root, runQuietly } from './workplace.mjs';

const program = (name: string, ...args: string[]) => ({
  name,
  command: path.join(root, 'node_modules/.bin', name),
  args,
});
const CHECKS = [
  program('oxfmt', '--check'),
  program('oxlint'),
  program('tsc'),
  program('knip', '--no-progress', '--no-config-hints'),
  { name: 'layout', command: findNode(), args: [path.join(root, 'scripts', 'check-layout.ts')] },
];

/** Format, lint, types, dead code and layout: seconds, and no database. */
export async function runChecks(): Promise<Tally> {
  const results = await Promise.all(CHECKS.map(runCheck));
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed };
}

async function runCheck({ name, command, args }: (typeof CHECKS)[number]): Promise<boolean> {
  try {
    await runQuietly(command, args);
    console.log(`✔ ${name}`);
    return true;
  } catch (error) {
    console.log(`✖ ${name}\n${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
