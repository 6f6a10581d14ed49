import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTrust } from '#trust/run.ts';
import { ensureBuilt } from './build.mjs';
import { runChecks } from './run-checks.ts';
import { runJourneys } from './run-journeys.ts';
import { runServerTests } from './run-server-tests.ts';
import type { TestCounts } from './tally.ts';
import { root } from './workplace.mjs';

type Part = (args: string[]) => Promise<TestCounts>;

async function runBuild(): Promise<TestCounts> {
  await ensureBuilt();
  return { passed: 1, failed: 0 };
}

const hasJourneys = existsSync(path.join(root, 'e2e'));
const PARTS: Record<string, Part[]> = {
  all: [runChecks, runServerTests, runBuild, runTrust, ...(hasJourneys ? [runJourneys] : [])],
  check: [runChecks],
  server: [runServerTests],
  trust: [runTrust],
  e2e: [runBuild, runJourneys],
};

async function main([name = 'all', ...args]: string[]): Promise<void> {
  keepCompiled();
  const total = { passed: 0, failed: 0 };
  for (const part of PARTS[name] ?? []) {
    const { passed, failed } = await part(args).catch(crashed);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** Each test file, and each server that it starts, is a process that loads the same modules. */
function keepCompiled(): void {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'keyward-modules-'));
  process.env['NODE_COMPILE_CACHE'] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

function crashed(error: unknown): TestCounts {
  console.error(error instanceof Error ? error.message : error);
  return { passed: 0, failed: 1 };
}

await main(process.argv.slice(2));
