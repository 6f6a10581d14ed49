import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { lockState } from './lock-state.ts';

function openFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'keyward-lock-'));
  return {
    folder,
    file: path.join(folder, 'agent.json'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const HOLD = `import('#cli/agent/lock-state.ts').then(({ lockState }) => lockState(process.argv[1])).then(
  () => { console.log('held'); setInterval(() => {}, 1000); },
  (error) => { console.log(error.outcome); })`;

/** A process that holds the lock, or says that it cannot. */
function startHolder(file: string, before = ''): ChildProcess & { said: Promise<string> } {
  const cwd = path.join(import.meta.dirname, '..', '..');
  const env = { ...process.env, NODE: process.execPath, HOLD, FILE: file };
  const command = `${before}exec "$NODE" -e "$HOLD" "$FILE"`;
  const child = spawn('bash', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const said = once(child.stdout, 'data').then(([chunk]) => String(chunk).trim());
  return Object.assign(child, { said });
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

test('a lock is refused while its process lives, and free once that was killed', async () => {
  using own = openFolder();
  const holder = startHolder(own.file);
  assert.equal(await holder.said, 'held');
  await assert.rejects(lockState(own.file), {
    outcome: 'locked',
    message: new RegExp(`\\(${holder.pid}\\)`),
  });
  await kill(holder);
  const lock = await lockState(own.file);
  lock.release();
  (await lockState(own.file)).release();
  assert.equal(readdirSync(own.folder).length, 1, 'locks that are over do not pile up');
});

test('of many processes that find a stale lock at once, one gets it', async () => {
  using own = openFolder();
  for (let round = 0; round < 2; round++) {
    const dead = startHolder(own.file);
    await dead.said;
    await kill(dead);
    const all = Array.from({ length: 6 }, () => startHolder(own.file));
    const said = await Promise.all(all.map((child) => child.said));
    assert.deepEqual(said.toSorted(), ['held', ...Array<string>(5).fill('locked')]);
    for (const child of all) if (child.exitCode === null) await kill(child);
  }
});

test('a process that has the number of a killed one does not hold its lock', async () => {
  using own = openFolder();
  const holder = startHolder(own.file);
  await holder.said;
  await kill(holder);
  const [name = ''] = readdirSync(own.folder);
  const lockFile = path.join(own.folder, name);
  const recorded = JSON.parse(readFileSync(lockFile, 'utf8')) as { pid: number };
  assert.equal(recorded.pid, holder.pid);
  writeFileSync(lockFile, JSON.stringify({ ...recorded, pid: process.pid }));
  const started = performance.now();
  (await lockState(own.file)).release();
  assert.ok(performance.now() - started < 2_000, 'it is known at once');
});

test('a holder in another container is known by its touching the file', async () => {
  using own = openFolder();
  const lock = await lockState(own.file);
  const [name = ''] = readdirSync(own.folder);
  writeFileSync(path.join(own.folder, name), JSON.stringify({ place: 'elsewhere', pid: 1, startedAt: '1' }));
  await assert.rejects(lockState(own.file), { outcome: 'locked' });
  lock.release();
});

test('where there is no room to say who holds it, a lock is held all the same', async () => {
  using own = openFolder();
  const holder = startHolder(own.file, 'trap "" XFSZ; ulimit -f 0; ');
  assert.equal(await holder.said, 'held');
  await assert.rejects(lockState(own.file), { outcome: 'locked' });
  await kill(holder);
  (await lockState(own.file)).release();
});
