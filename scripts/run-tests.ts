import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTrust } from '#trust/run.ts';
import { ensureBuilt } from './build.mjs';
import { findBrowser } from './find-browser.ts';
import { installPrograms, testPrograms } from './install-programs.ts';
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

/** What later parts would wait for: a new machine fetches it meanwhile. */
async function fetchPrograms(): Promise<TestCounts> {
  await installPrograms(testPrograms);
  if (hasJourneys) await findBrowser();
  return { passed: 0, failed: 0 };
}

/** Parts of which none disturbs another. */
const atOnce =
  (...parts: Part[]): Part =>
  async (args) =>
    sum(await Promise.all(parts.map((part) => part(args).catch(crashed))));

const hasJourneys = existsSync(path.join(root, 'e2e'));
const PARTS: Record<string, Part[]> = {
  all: [
    atOnce(runChecks, runBuild, fetchPrograms),
    runServerTests,
    runTrust,
    ...(hasJourneys ? [runJourneys] : []),
  ],
  check: [runChecks],
  server: [runServerTests],
  trust: [runTrust],
  e2e: [runBuild, runJourneys],
};

async function main([name = 'all', ...args]: string[]): Promise<void> {
  keepCompiled();
  const counts: TestCounts[] = [];
  for (const part of PARTS[name] ?? []) counts.push(await part(args).catch(crashed));
  const { passed, failed } = sum(counts);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

function sum(counts: TestCounts[]): TestCounts {
  return {
    passed: counts.reduce((total, { passed }) => total + passed, 0),
    failed: counts.reduce((total, { failed }) => total + failed, 0),
  };
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
