import { existsSync, globSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import type { Tally } from './run-tests.ts';
import { root } from './workplace.mjs';

const cluster = path.join(root, 'server', 'testing', 'cluster.ts');

/** `files` as given on the command line, or every test that is not a journey. */
export async function runServerTests(files: string[]): Promise<Tally> {
  const tally = { passed: 0, failed: 0 };
  const events = run({
    cwd: root,
    files: (files.length > 0 ? files : findTests()).map((file) => path.resolve(root, file)),
    concurrency: Math.max(2, os.availableParallelism()),
    timeout: 120_000,
    ...(existsSync(cluster) && { globalSetupPath: cluster }),
  });
  events.on('test:summary', ({ file, counts }) => {
    if (file !== undefined) return;
    tally.passed = counts.passed;
    tally.failed = counts.tests - counts.passed - counts.skipped - counts.todo;
  });
  const report = events.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return tally;
}

function findTests(): string[] {
  return globSync('{server,db,scripts,cli}/**/*.test.ts', { cwd: root }).toSorted();
}
