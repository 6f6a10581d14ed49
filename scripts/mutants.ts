import { globSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { dropCluster, globalSetup, globalTeardown } from '#server/testing/cluster.ts';
import { findNode, root, say } from './workplace.mjs';

/**
 * `npm run mutants`, of all or of the files named: changes what decides who gets in, in one small way at a time, and counts
 * the changes that no test notices. Fails where more than one in ten goes unnoticed.
 */
const MUTATED = [
  'server/core/{access,authentication,credential-use,crypto,rate-limits,secrets}/*.ts',
  'server/*/*/rules.ts',
];
const THRESHOLD_PERCENT = 90;

/** Where the tests of a file do not stand beside it under its name. */
const TESTED_BY: Record<string, string[]> = {
  'server/core/access/context.ts': ['server/core/authentication/note-denied.test.ts'],
  'server/core/procedures/download.ts': ['server/oversight/audit-log/export.test.ts'],
  'server/core/rate-limits/shared-rates.ts': ['server/core/rate-limits/shared-buckets.test.ts'],
  'server/core/credential-use/last-use.ts': ['last-use', 'daily-use'].map(
    (name) => `server/core/credential-use/${name}.test.ts`,
  ),
  'server/core/secrets/schema.ts': ['server/core/secrets/format.test.ts'],
};

const NOT_NEEDED = 'app components e2e docs bench public out out-cli .next data test-results'.split(' ');

type LogLevel = NonNullable<ConstructorParameters<typeof Stryker>[0]['logLevel']>;
type Mutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

interface Score {
  file: string;
  mutants: number;
  survivors: Mutant[];
}

function findMutated(): string[] {
  return globSync(MUTATED, { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .toSorted();
}

/** Each mutant is one process with the tests of its file, on the one PostgreSQL of this run. */
function commandFor(file: string): string {
  const tests = TESTED_BY[file] ?? [file.replace(/\.ts$/, '.test.ts')];
  const flags = [
    '--test --test-isolation=none --test-force-exit --test-timeout=30000',
    '--test-reporter=./scripts/failure-reporter.ts',
  ];
  return [findNode(), ...flags, ...tests].join(' ');
}

async function tryMutants(file: string, folder: string): Promise<Score> {
  const results = await new Stryker({
    mutate: [file],
    testRunner: 'command',
    commandRunner: { command: commandFor(file) },
    concurrency: Math.max(1, os.availableParallelism() - 1),
    coverageAnalysis: 'off',
    ignorePatterns: NOT_NEEDED,
    // It would rewrite ours by a function that TypeScript 7 no longer has.
    tsconfigFile: 'none.json',
    reporters: [],
    logLevel: 'error' as LogLevel,
    tempDirName: folder,
    allowEmpty: true,
  }).runMutationTest();
  const survivors = results.filter(({ status }) => status !== 'Killed' && status !== 'Timeout');
  return { file, mutants: results.length, survivors };
}

function percentOf({ mutants, survivors }: Score): number {
  return mutants === 0 ? 100 : (1 - survivors.length / mutants) * 100;
}

function rowOf(score: Score): string {
  const { file, mutants, survivors } = score;
  const killed = mutants - survivors.length;
  return `| ${file} | ${mutants} | ${killed} | ${survivors.length} | ${percentOf(score).toFixed(1)} % |`;
}

/** Where it is, what stood there (of several lines the first) and what the mutant has in its place. */
function describe(file: string, { location: { start, end }, mutatorName, replacement }: Mutant): string {
  const line = readFileSync(path.join(root, file), 'utf8').split('\n')[start.line - 1] ?? '';
  const before = line.slice(start.column - 1, end.line === start.line ? end.column - 1 : undefined);
  return `  ${file}:${start.line} ${mutatorName}: ${before}  →  ${replacement.replaceAll(/\s+/g, ' ')}`;
}

async function tryAll(files: string[], folder: string): Promise<Score[]> {
  const scores: Score[] = [];
  for (const file of files) {
    const score = await tryMutants(file, folder);
    scores.push(score);
    say([rowOf(score), ...score.survivors.map((survivor) => describe(file, survivor))].join('\n'));
  }
  return scores;
}

function sum(scores: Score[]): Score {
  const mutants = scores.reduce((total, score) => total + score.mutants, 0);
  return { file: 'all', mutants, survivors: scores.flatMap(({ survivors }) => survivors) };
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'keyward-mutants-'));
process.env['NODE_COMPILE_CACHE'] = path.join(folder, 'modules');
// Hours of it should not be in anybody's way.
os.setPriority(15);
await globalSetup();
// Stryker answers Ctrl-C by ending us.
process.once('exit', () => {
  dropCluster();
  rmSync(folder, { recursive: true, force: true });
});
try {
  const named = process.argv.slice(2);
  const scores = await tryAll(named.length > 0 ? named : findMutated(), folder);
  const total = sum(scores);
  const head = ['| file | mutants | killed | survived | score |', '|---|---:|---:|---:|---:|'];
  console.log([...head, ...scores.map(rowOf), rowOf(total)].join('\n'));
  if (percentOf(total) < THRESHOLD_PERCENT) process.exitCode = 1;
} finally {
  await globalTeardown();
}
