import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = mkdtempSync(path.join(os.tmpdir(), 'keyward-start-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A server that counts the signals it gets, and says when whoever started it has gone. */
const SERVER = `
  import { writeFileSync } from 'node:fs';
  let signals = 0;
  process.on('SIGTERM', () => { if (++signals === 1) setTimeout(() => process.exit(10 + signals), 300); });
  process.on('disconnect', () => { writeFileSync('gone', ''); process.exit(0); });
  console.log('ready', process.argv.slice(2).join(' '));
`;

mkdirSync(path.join(folder, 'node_modules'));
mkdirSync(path.join(folder, 'server'));
cpSync(import.meta.dirname, path.join(folder, 'scripts'), { recursive: true });
writeFileSync(path.join(folder, 'package.json'), '{"type": "module"}');
writeFileSync(path.join(folder, 'package-lock.json'), '{}');
writeFileSync(path.join(folder, 'server', 'main.ts'), SERVER);
const packages = createHash('sha256').update(`${process.platform} ${process.arch}\n{}`).digest('hex');
writeFileSync(path.join(folder, 'node_modules', '.keyward-packages'), packages);

async function start(...args: string[]): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, ['scripts/start.mjs', ...args], { cwd: folder });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: said.toString() };
}

test('what is written after npm start -- reaches the server', async () => {
  const { child, said } = await start('--verbose');
  assert.equal(said, 'ready --verbose\n');
  child.kill();
  await once(child, 'exit');
});

test('a signal that arrives twice at once reaches the server once, and its exit code comes back', async () => {
  const { child } = await start();
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await sleep(50);
  child.kill('SIGTERM');
  assert.deepEqual(await exit, [11, null]);
});

test('a start that is killed outright takes the server with it', async () => {
  const { child } = await start();
  child.kill('SIGKILL');
  for (let tries = 0; tries < 200 && !existsSync(path.join(folder, 'gone')); tries++) await sleep(10);
  assert.ok(existsSync(path.join(folder, 'gone')));
});
