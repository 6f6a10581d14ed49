import path from 'node:path';
import type { TestCounts } from './tally.ts';
import { findNode, root, runQuietly } from './workplace.mjs';

const program = (name: string, ...args: string[]) => ({
  name,
  command: path.join(root, 'node_modules/.bin', name),
  args,
});
const script = (name: string, file: string) => ({
  name,
  command: findNode(),
  args: [path.join(root, 'scripts', file)],
});
const CHECKS = [
  program('oxfmt', '--check'),
  program('oxlint'),
  program('tsc'),
  program('knip', '--no-progress', '--no-config-hints'),
  script('layout', 'check-layout.ts'),
  script('packages', 'check-packages.ts'),
  script('controls', 'check-controls.ts'),
];

/** Format, lint, types, dead code, layout and whether each control of a promise still fits: seconds, and no database. */
export async function runChecks(): Promise<TestCounts> {
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
