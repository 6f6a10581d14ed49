import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
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

/** What was found of a promise, when and on what. */
export interface Evidence {
  id: string;
  name: string;
  threshold: string;
  measured: string;
  holds: boolean;
  seconds: number;
  commit: string;
  date: string;
  /** With a defence taken away; then the check has to fail, or it would show nothing. */
  controls: { without: string; measured: string; fails: boolean; seconds: number }[];
}

interface Facts {
  date: string;
  commit: string;
}

/** What there is to show after a run. What was not tried in it stays, with the commit that it was tried on. */
export function addEvidence(
  earlier: readonly Evidence[],
  results: readonly Result[],
  facts: Facts,
): Evidence[] {
  const checks = results.filter(({ without }) => without === undefined);
  const tried = checks.map(({ promise, measured, isAsItMust, seconds }): Evidence => {
    const { id, name, threshold } = promise;
    const controls = results
      .filter((one) => one.without !== undefined && one.promise.id === id)
      .map(({ without = '', ...one }) => ({
        without,
        measured: one.measured,
        fails: one.isAsItMust,
        seconds: rounded(one.seconds),
      }));
    return {
      id,
      name,
      threshold,
      measured,
      holds: isAsItMust,
      seconds: rounded(seconds),
      ...facts,
      controls,
    };
  });
  const ids = new Set(tried.map(({ id }) => id));
  return [...earlier.filter(({ id }) => !ids.has(id)), ...tried].toSorted((a, b) =>
    a.id.localeCompare(b.id, 'en', { numeric: true }),
  );
}

const rounded = (seconds: number) => Math.round(seconds * 10) / 10;

/** The page that says what was shown; the figures are in `trust/results.json`. */
export function trustPage(evidence: readonly Evidence[]): string {
  return [
    '# What is shown to be true',
    '',
    'Written by `npm run trust -- --all`: two servers and a PostgreSQL of their own, on one machine. Each check runs again with one',
    'of its defences taken away, and then has to fail: otherwise it would show nothing. What was measured stands in',
    '[trust/results.json](../trust/results.json).',
    '',
    '| | must be true | | controls that fail, as they must | commit |',
    '|---|---|---|--:|---|',
    ...evidence.map(({ id, name, holds, controls, commit }) => {
      const failing = controls.filter(({ fails }) => fails).length;
      const counted = failing === controls.length ? `${failing}` : `**${failing} of ${controls.length}**`;
      return row([id, name, holds ? 'holds' : '**does not hold**', counted, commit]);
    }),
    '',
  ].join('\n');
}

const row = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** Puts both where the repository keeps them; `whole`: all of it is of this run. */
export async function writeTrustPage(
  results: readonly Result[],
  { whole }: { whole: boolean },
): Promise<void> {
  const file = path.join(root, 'trust', 'results.json');
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root }).toString().trim();
  const date = new Date().toISOString().slice(0, 10);
  const earlier = whole ? [] : (JSON.parse(await readFile(file, 'utf8').catch(() => '[]')) as Evidence[]);
  const evidence = addEvidence(earlier, results, { date, commit });
  await writeFile(file, `${JSON.stringify(evidence, undefined, 2)}\n`);
  await writeFile(path.join(root, 'docs', 'trust.md'), trustPage(evidence));
}
