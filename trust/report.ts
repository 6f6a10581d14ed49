import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { root } from '#scripts/workplace.mjs';
import type { TrustPromise } from './promise.ts';

/** What a check came to, or, with a `without`, a control of it. */
export interface Result {
  promise: Pick<TrustPromise, 'id' | 'name' | 'threshold'>;
  without?: string;
  measured: string;
  /** The promise holds; of a control: it does not. */
  isAsItMust: boolean;
  seconds: number;
}

/** A line for the terminal. */
export function lineOf({ promise, without, measured, isAsItMust, seconds }: Result): string {
  const took = `${seconds.toFixed(1)} s`;
  const { id, name, threshold } = promise;
  if (without === undefined)
    return `${isAsItMust ? 'PASS' : 'FAIL'} ${id} ${name}   ${measured}   (${threshold})   ${took}`;
  const word = isAsItMust ? 'FAILS AS IT MUST' : 'FAIL: its control should not hold:';
  return `${word} ${id} ${name}   ${measured} without ${without}   ${took}`;
}

interface Facts {
  date: string;
  commit: string;
  cores: number;
}

/**
 * The page that says what was shown, when and on what. Of an `earlier` one the rows of what was not tried now stay, each with
 * the commit that it was tried on.
 */
export function trustPage(results: readonly Result[], { date, commit, cores }: Facts, earlier = ''): string {
  const tried = new Set(results.map(({ promise: { id } }) => id));
  const [checksBefore = [], controlsBefore = []] = earlier
    .split('## Controls')
    .map((part) => part.split('\n').filter((line) => line.startsWith('| S') && !tried.has(idIn(line))));
  const checks = results.filter(({ without }) => without === undefined);
  const controls = results.filter(({ without }) => without !== undefined);
  return [
    '# What is shown to be true',
    '',
    `Written by \`npm run trust -- --all\`, last on ${date}, on a machine of ${cores} cores: two servers and a PostgreSQL of their`,
    'own, on this machine only. Each row names the commit that it was tried on.',
    '',
    '| | must be true | found | threshold | s | | commit |',
    '|---|---|---|---|--:|---|---|',
    ...inOrder([
      ...checksBefore,
      ...checks.map(({ promise: { id, name, threshold }, measured, seconds, isAsItMust }) =>
        row([
          id,
          name,
          measured,
          threshold,
          seconds.toFixed(1),
          isAsItMust ? 'holds' : '**does not hold**',
          commit,
        ]),
      ),
    ]),
    '',
    '## Controls',
    '',
    'Each check is run again with its defence taken away. Then it has to fail: otherwise it would show nothing.',
    '',
    '| | must be true | without | found | | commit |',
    '|---|---|---|---|---|---|',
    ...inOrder([
      ...controlsBefore,
      ...controls.map(({ promise: { id, name }, without = '', measured, isAsItMust }) =>
        row([
          id,
          name,
          without,
          measured,
          isAsItMust ? 'fails, as it must' : '**holds, and must not**',
          commit,
        ]),
      ),
    ]),
    '',
  ].join('\n');
}

const row = (cells: string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
const idIn = (line: string) => line.split(' ')[1] ?? '';
const inOrder = (rows: string[]) =>
  rows.toSorted((a, b) => idIn(a).localeCompare(idIn(b), 'en', { numeric: true }));

/** Puts the page where the repository keeps it; `whole`: all of it is of this run. */
export async function writeTrustPage(
  results: readonly Result[],
  { whole }: { whole: boolean },
): Promise<void> {
  const file = path.join(root, 'docs', 'trust.md');
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root }).toString().trim();
  const date = new Date().toISOString().slice(0, 10);
  const earlier = whole ? '' : await readFile(file, 'utf8').catch(() => '');
  await writeFile(file, trustPage(results, { date, commit, cores: availableParallelism() }, earlier));
}
