import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { DatabaseAddress } from '#db/address.ts';
import { connectAsOwner } from '#db/connect.ts';
import { startEmbedded, type EmbeddedPostgres } from '#db/embedded/embedded.ts';
import { admitLogin, loginNameOf, makeLogin } from '#db/login.ts';
import { migrate } from '#db/migrate.ts';
import { freePort } from '#server/testing/program.ts';
import { onCore } from './cores.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface BenchDatabase extends AsyncDisposable {
  folder: string;
  /** A database of its own in there, empty. */
  create(name: string): Promise<{ address: EmbeddedPostgres['address']; url: string }>;
}

/** A PostgreSQL of the bench's own, as `npm start` runs it, on the cores of the load. */
export async function startDatabase(): Promise<BenchDatabase> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keyward-bench-'));
  const embedded = await startEmbedded({ dataFolder: folder, say: () => {}, mayCreateDatabases: true });
  return {
    folder,
    async create(database) {
      const address = { ...embedded.address, database };
      const client = new pg.Client(embedded.address);
      await client.connect();
      await client.query(`create database ${database}`);
      await client.end();
      const { host, port, user, password } = address;
      const url = `postgres://${user}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
      return { address, url };
    },
    async [Symbol.asyncDispose]() {
      await embedded.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Migrates a database, and makes what a server would sign in to it with. */
export async function makeServerLogin(address: EmbeddedPostgres['address']): Promise<DatabaseAddress> {
  const owner = await connectAsOwner(address);
  try {
    await migrate(owner);
    const login = await makeLogin(owner, address, randomBytes(32));
    await admitLogin(owner, loginNameOf(address.database));
    return login;
  } finally {
    await owner.end();
  }
}

export interface BenchServer extends AsyncDisposable {
  origin: string;
  child: ChildProcess;
  /** Microseconds of processor that it has used, where Linux tells. */
  cpuMicroseconds(): number | null;
}

/** Runs a server of ours, or of a peer, on the core of the servers, until it says that it is ready. */
export async function startServer(
  script: string,
  settings: Record<string, string>,
  flags: string[] = [],
): Promise<BenchServer> {
  const port = await freePort();
  const [file = '', ...args] = onCore('server', [process.execPath, ...flags, path.join(root, script)]);
  const env = { NODE_ENV: 'production' as const, PATH: process.env['PATH'], PORT: String(port), ...settings };
  const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const ready = Promise.withResolvers<void>();
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (/\bready\b/.test(said)) ready.resolve();
  });
  const ended = once(child, 'exit');
  await Promise.race([ready.promise, ended.then(() => Promise.reject(new Error(`${script}: ${said}`)))]);
  return {
    origin: `http://127.0.0.1:${port}`,
    child,
    cpuMicroseconds: () => readCpu(child.pid ?? 0),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const ticksPerSecond = 100;

/** Microseconds of processor that a process has used, where Linux tells. */
export function readCpu(pid: number): number | null {
  try {
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const fields = rest.split(' ');
    return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
  } catch {
    return null;
  }
}
