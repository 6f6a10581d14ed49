import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
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

/** The page that says what was shown, when and on what. */
export function trustPage(results: readonly Result[], facts: { date: string; commit: string }): string {
  const checks = results.filter(({ without }) => without === undefined);
  const controls = results.filter(({ without }) => without !== undefined);
  return [
    '# What is shown to be true',
    '',
    `Written by \`npm run trust -- --all\` on ${facts.date}, of commit ${facts.commit}, on a machine of ${availableParallelism()} cores:`,
    'two servers and a PostgreSQL of their own, on this machine only.',
    '',
    '| | must be true | found | threshold | s | |',
    '|---|---|---|---|--:|---|',
    ...checks.map(({ promise: { id, name, threshold }, measured, seconds, isAsItMust }) =>
      row([id, name, measured, threshold, seconds.toFixed(1), isAsItMust ? 'holds' : '**does not hold**']),
    ),
    '',
    '## Controls',
    '',
    'Each check is run again with its defence taken away. Then it has to fail: otherwise it would show nothing.',
    '',
    '| | must be true | without | found | |',
    '|---|---|---|---|---|',
    ...controls.map(({ promise: { id, name }, without = '', measured, isAsItMust }) =>
      row([id, name, without, measured, isAsItMust ? 'fails, as it must' : '**holds, and must not**']),
    ),
    '',
  ].join('\n');
}

const row = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** Puts the page where the repository keeps it. */
export async function writeTrustPage(results: readonly Result[]): Promise<void> {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root }).toString().trim();
  const date = new Date().toISOString().slice(0, 10);
  await writeFile(path.join(root, 'docs', 'trust.md'), trustPage(results, { date, commit }));
}
