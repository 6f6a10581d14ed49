import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '#scripts/build.mjs';
import { installPrograms } from '#scripts/install-programs.ts';
import type { TestCounts } from '#scripts/tally.ts';
import { root } from '#scripts/workplace.mjs';
import { globalSetup, globalTeardown } from '#server/testing/cluster.ts';
import type { TrustPromise } from './promise.ts';
import { lineOf, writeTrustPage, type Result } from './report.ts';
import { openStage, type Stage } from './stage.ts';
import { tryClients } from './try-clients.ts';
import { checkPromise, needsOwnStage, runControl } from './try-promise.ts';

interface Options {
  /** Everything, with controls; the page is written then. */
  all: boolean;
  /** The controls, and nothing else. */
  controls: boolean;
  /** Real clients of MCP, and nothing else. */
  clients: boolean;
  /** Ids; none: all that the other options ask for. */
  only: string[];
}

/** `npm run trust`: shows what must be true, on servers and a PostgreSQL that are started for it. */
export async function runTrust(args: string[]): Promise<TestCounts> {
  const options = readOptions(args);
  const chosen = choose(await loadPromises(), options);
  await installPrograms(chosen.flatMap(({ tools = [] }) => tools));
  if (chosen.some(({ needsBuild }) => needsBuild)) await ensureBuilt();
  await using run = new AsyncDisposableStack();
  const stop = () => void run.disposeAsync().finally(() => process.exit(1));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  run.defer(() => void process.off('SIGINT', stop).off('SIGTERM', stop));
  await globalSetup();
  run.defer(globalTeardown);
  if (options.clients) return await tryClients();
  const results: Result[] = [];
  if (!options.controls) results.push(...(await checkAll(chosen)));
  if (options.controls || options.all) results.push(...(await controlAll(chosen)));
  if (options.all) await writeTrustPage(results, { whole: options.only.length === 0 });
  const passed = results.filter(({ isAsItMust }) => isAsItMust).length;
  return { passed, failed: results.length - passed };
}

function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      all: { type: 'boolean', default: false },
      controls: { type: 'boolean', default: false },
      clients: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
    },
  });
  return { ...values, only: values.only.split(',').filter(Boolean) };
}

/** Throws for an id that there is not. */
function choose(promises: TrustPromise[], { all, controls, only }: Options): TrustPromise[] {
  const unknown = only.filter((id) => promises.every((promise) => promise.id !== id));
  if (unknown.length > 0) throw new Error(`There is no promise ${unknown.join(', ')}.`);
  if (only.length > 0) return promises.filter(({ id }) => only.includes(id));
  return all || controls ? promises : promises.filter(({ isFast }) => isFast);
}

async function loadPromises(): Promise<TrustPromise[]> {
  const files = globSync('trust/promises/*.ts', { cwd: root }).toSorted();
  const modules = await Promise.all(
    files.map(
      (file) => import(pathToFileURL(path.join(root, file)).href) as Promise<{ promise: TrustPromise }>,
    ),
  );
  return modules
    .map(({ promise }) => promise)
    .toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}

/** The fast ones in two lanes, since none has to be quiet: those that share a stage, and those that have one of their own. */
async function checkAll(promises: TrustPromise[]): Promise<Result[]> {
  const fast = promises.filter(({ isFast }) => isFast);
  const lanes = [fast.filter(needsOwnStage), fast.filter((promise) => !needsOwnStage(promise))];
  const inLanes = await Promise.all(lanes.map(checkInTurn));
  const slow = await checkInTurn(promises.filter(({ isFast }) => !isFast));
  return [...inLanes.flat(), ...slow];
}

/** One after the other, on one stage where they can share it. */
async function checkInTurn(promises: TrustPromise[]): Promise<Result[]> {
  await using stages = new AsyncDisposableStack();
  let stage: Promise<Stage> | undefined;
  const shared = () => (stage ??= openStage().then((opened) => stages.use(opened)));
  const results: Result[] = [];
  for (const promise of promises) results.push(tell(await checkPromise(promise, shared)));
  return results;
}

async function controlAll(promises: TrustPromise[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const promise of promises)
    for (const control of [promise.control].flat()) results.push(tell(await runControl(promise, control)));
  return results;
}

function tell(result: Result): Result {
  console.log(lineOf(result));
  return result;
}
