import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startEmbedded } from '#db/embedded/embedded.ts';
import { urlOf } from '#server/testing/process.ts';
import { findNode, root, say } from './workplace.mjs';

/**
 * `npm run cluster -- 2`: some servers on one database, which is thrown away at the end, for tests and demos. Ports from PORT
 * on (4370), or free ones with PORT=0; all other settings are passed on.
 */
const count = Number(process.argv[2] ?? 2);
if (!Number.isInteger(count) || count < 1 || count > 16) {
  say('How many servers? npm run cluster -- 2 (1 to 16).');
  process.exit(2);
}
const firstPort = Number(process.env['PORT'] ?? 4370);
const folder = await mkdtemp(path.join(os.tmpdir(), 'keyward-cluster-'));
const database = await startEmbedded({ dataFolder: folder, say });
const settings = {
  DATABASE_URL: urlOf(database.address),
  KEYWARD_DATA: folder,
  KEYWARD_MASTER_KEY: randomBytes(32).toString('base64'),
  KEYWARD_LOG_LEVEL: 'warn',
};
const servers: ChildProcess[] = [];
const stopping = Promise.withResolvers<string>();
process.on('SIGINT', () => stopping.resolve('asked to'));
process.on('SIGTERM', () => stopping.resolve('asked to'));

try {
  // One after the other: the first one migrates, and prints how to sign in.
  for (let at = 0; at < count; at++) servers.push(await startOne(firstPort === 0 ? 0 : firstPort + at));
  say(`${count} servers on one database. DATABASE_URL=${settings.DATABASE_URL}\nCtrl-C stops them.`);
  await stopping.promise;
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await Promise.all(servers.map(stopOne));
  await database.stop();
  await rm(folder, { recursive: true, force: true });
}

async function startOne(at: number): Promise<ChildProcess> {
  const child = spawn(findNode(), [path.join(root, 'server', 'main.ts')], {
    cwd: root,
    env: { ...process.env, ...settings, PORT: String(at) },
    // The terminal's Ctrl-C reaches us, and them through us.
    detached: true,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let said = '';
  const ready = Promise.withResolvers<void>();
  child.stderr?.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk);
    said += chunk.toString();
    if (said.includes('Keyward is ready')) ready.resolve();
  });
  child.on('exit', (code) => {
    ready.reject(new Error(`A server ended before it was ready (${code}).`));
    stopping.resolve('one has ended');
  });
  await ready.promise;
  return child;
}

async function stopOne(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
