import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { readCpu } from './desk.ts';
import { drive, type Load } from './wrk.ts';

/**
 * The hot calls of two checkouts, as ratios of this one to the other. Both servers run at once and take turns of a second: what
 * else the machine does meets both alike, which two runs of the bench one after the other cannot say.
 */
const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '20' } },
  allowPositionals: true,
});
const [other] = positionals;
if (!other) throw new Error('npm run bench:compare -- <folder of another checkout, installed> [--rounds=20]');

const calls: Record<string, Pick<Load, 'method' | 'path' | 'way'>> = {
  me: { method: 'GET', path: '/api/v1/me', way: 'token' },
  verify: { method: 'POST', path: '/api/v1/verify', way: 'json' },
  forward: { method: 'GET', path: '/api/v1/auth/forward', way: 'token' },
  introspect: { method: 'POST', path: '/oauth/introspect', way: 'form' },
};

interface Served {
  origin: string;
  pid: number;
  tokens: string;
  service: string;
}

interface Turn {
  perSecond: number;
  cpuMicroseconds: number;
}

await using servers = new AsyncDisposableStack();
const there = await serve(path.resolve(other));
const here = await serve(path.join(import.meta.dirname, '..'));
console.log('this checkout ÷ the other, medians     requests/s   µs/request');
for (const [name, call] of Object.entries(calls)) {
  const pairs: [Turn, Turn][] = [];
  for (let round = -1; round <= Number(values.rounds); round++) {
    const isSwapped = round % 2 === 0;
    const [first, second] = isSwapped ? [here, there] : [there, here];
    const turns = [await take(first, call), await take(second, call)] as const;
    // The first ones warm both up.
    if (round > 0) pairs.push(isSwapped ? [turns[1], turns[0]] : [turns[0], turns[1]]);
  }
  const ratio = (of: keyof Turn) => median(pairs.map(([before, after]) => after[of] / before[of])).toFixed(3);
  console.log(
    `${name.padEnd(38)} ${ratio('perSecond').padStart(10)} ${ratio('cpuMicroseconds').padStart(12)}`,
  );
}

async function serve(folder: string): Promise<Served> {
  const node = path.join(folder, 'node_modules/.bin/node');
  const child = spawn(node, ['bench/serve.ts'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  servers.defer(async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  for await (const line of createInterface(child.stdout))
    if (line.startsWith('{')) return JSON.parse(line) as Served;
  throw new Error(`${folder} did not serve`);
}

async function take({ origin, pid, tokens, service }: Served, call: (typeof calls)[string]): Promise<Turn> {
  const before = readCpu(pid) ?? 0;
  const { perSecond, failed } = await drive({ ...call, origin, tokens, service }, { seconds: 1 });
  if (failed > 0) throw new Error(`${call.path}: ${failed} requests failed, so nothing was measured`);
  return { perSecond, cpuMicroseconds: ((readCpu(pid) ?? 0) - before) / perSecond };
}

function median(values: number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[Math.floor(ordered.length / 2)] ?? Number.NaN;
}
