import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawChart } from './chart.ts';
import { isPinned } from './cores.ts';
import { openField } from './field.ts';
import { bar, medianOf, type Bar, type Result, type Round, type Subject } from './subjects.ts';
import { drive } from './wrk.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,100000,1000000' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    /** Keeps the committed results and the chart as they are. */
    dry: { type: 'boolean', default: false },
  },
});
const sizes = values.sizes.split(',').map(Number);
const seconds = Number(values.seconds);
const middleSize = sizes[Math.floor(sizes.length / 2)] ?? 0;

await using field = await openField(sizes, middleSize);
const results = await measure(field.subjects);
const find = (name: string) => results.find((result) => result.name === name);
const halfLoad = await measureHalfLoad();
const bars = judge();
print();
if (!values.dry) await write();
process.exitCode = bars.every((one) => one.isMet) ? 0 : 1;

/** Alternating: each round measures all, so that what else the machine does meets all alike. */
async function measure(subjects: Subject[]): Promise<Result[]> {
  const rounds = new Map<Subject, Round[]>(subjects.map((subject) => [subject, []]));
  for (const { load } of subjects) await drive(load, { seconds: 1 });
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const [subject, measured] of rounds) measured.push(await measureOnce(subject));
    console.log(`round ${round} of ${values.rounds}`);
  }
  return subjects.map((subject) => medianOf(subject, rounds.get(subject) ?? []));
}

async function measureOnce({ name, load, cpu }: Subject): Promise<Round> {
  const before = cpu();
  const measured = await drive(load, { seconds });
  const after = cpu();
  if (measured.failed > 0)
    throw new Error(`${name}: ${measured.failed} requests failed, so nothing was measured`);
  const used = before === null || after === null ? null : (after - before) / (measured.perSecond * seconds);
  return { ...measured, cpuMicroseconds: used };
}

/** Connections that rest between requests, so that about half of what it can do is asked of it. */
async function measureHalfLoad(): Promise<{ perSecond: number; p99Ms: number } | undefined> {
  const name = `me, ${middleSize}`;
  const subject = field.subjects.find((one) => one.name === name);
  const full = find(name);
  if (!subject || !full) return undefined;
  const connections = 64;
  const restMs = Math.max(1, Math.round((connections / (full.perSecond / 2)) * 1_000 - full.p50Ms / 4));
  const { perSecond, p99Ms } = await drive(subject.load, { seconds: seconds * 2, connections, restMs });
  return { perSecond, p99Ms };
}

function judge(): Bar[] {
  const ratio = (a: string, b: string) => (find(a)?.perSecond ?? 0) / (find(b)?.perSecond ?? Infinity);
  const [smallest, largest] = [sizes[0] ?? 0, sizes.at(-1) ?? 0];
  return [
    bar('GET /api/v1/me ÷ bare node:http', ratio(`me, ${middleSize}`, 'floor, me'), 'more', 0.4),
    bar(
      'POST /api/v1/verify ÷ bare node:http',
      ratio(`verify, ${middleSize}`, 'floor, verify'),
      'more',
      0.35,
    ),
    bar(
      '/api/v1/auth/forward ÷ bare node:http',
      ratio(`forward, ${middleSize}`, 'floor, forward'),
      'more',
      0.35,
    ),
    bar('GET /api/v1/me ÷ better-auth', ratio(`me, ${middleSize}`, 'better-auth'), 'more', 20),
    bar(`${largest} credentials ÷ ${smallest}`, ratio(`me, ${largest}`, `me, ${smallest}`), 'more', 0.9),
    bar('p99 at half load, ms', halfLoad?.p99Ms ?? Infinity, 'less', 10),
  ];
}

function print(): void {
  console.log(
    `\n${'what'.padEnd(28)}${'requests/s'.padStart(12)}${'p50 ms'.padStart(9)}${'p99 ms'.padStart(9)}${'µs/request'.padStart(12)}`,
  );
  for (const { name, perSecond, p50Ms, p99Ms, cpuMicroseconds } of results) {
    const cpu = cpuMicroseconds === null ? '' : cpuMicroseconds.toFixed(1);
    console.log(
      name.padEnd(28) +
        Math.round(perSecond).toLocaleString('en').padStart(12) +
        p50Ms.toFixed(2).padStart(9) +
        p99Ms.toFixed(2).padStart(9) +
        cpu.padStart(12),
    );
  }
  console.log(
    `\nat half load: ${Math.round(halfLoad?.perSecond ?? 0)} requests/s, p99 ${halfLoad?.p99Ms.toFixed(2)} ms\n`,
  );
  for (const { name, measured, threshold, better, isMet } of bars)
    console.log(
      `${isMet ? 'PASS' : 'FAIL'} ${name}: ${measured.toFixed(2)} (${better === 'more' ? '≥' : '≤'} ${threshold})`,
    );
}

async function write(): Promise<void> {
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    pinned: isPinned,
  };
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  const report = { at: new Date().toISOString(), commit, machine, sizes, seconds, halfLoad, bars, results };
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  await writeFile(here('results.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(here('../docs/bench.svg'), drawChart(results, middleSize));
}
