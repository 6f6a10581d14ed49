import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findBrowser } from './find-browser.ts';
import type { TestCounts } from './tally.ts';
import { findNode, root, runAttached } from './workplace.mjs';

interface Report {
  stats: { expected: number; unexpected: number; flaky: number };
  errors: unknown[];
}

/** The journeys through the web app, in Chromium. `args` go to Playwright. */
export async function runJourneys(args: string[]): Promise<TestCounts> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'keyward-journeys-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const report = path.join(folder, 'report.json');
  const env = { CHROMIUM: await findBrowser(), PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const command = [path.join(root, 'node_modules/@playwright/test/cli.js'), 'test', '--config=e2e'];
  await runAttached(findNode(), [...command, '--reporter=list,json', ...args], env);
  const { stats, errors } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length };
}
