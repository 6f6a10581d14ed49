import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { EmbeddedPostgres } from '#db/embedded/embedded.ts';
import { createCaller, type Caller } from '#server/testing/caller.ts';
import { createDatabase } from '#server/testing/database.ts';
import { serverEnvironment } from '#server/testing/server-environment.ts';

/** A folder for what a process keeps, and the settings that name it. */
export async function dataFolder(): Promise<{ settings: { KEYWARD_DATA: string } } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'keyward-data-'));
  return {
    settings: { KEYWARD_DATA: folder },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The cluster of the test run as an operator would name it. `copied`: what the database begins as; left out: empty. */
export async function ownDatabase(
  copied?: string,
): Promise<{ settings: { DATABASE_URL: string } } & AsyncDisposable> {
  const database = await createDatabase(copied);
  return {
    settings: { DATABASE_URL: urlOf(database.address) },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

export function urlOf({ host, port, user, password, database }: EmbeddedPostgres['address']): string {
  return `postgres://${user}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface ServerProcess extends Caller, AsyncDisposable {
  child: ChildProcess;
  /** The code of the address that it printed for making the first admin. */
  setupCode: string | undefined;
  /** All that it printed so far. */
  printed(): string;
  /** Sends a signal and waits for the end. Returns the exit code, null after a kill. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts `server/main.ts` as a process of its own, with these settings only, and waits until it serves. */
export async function startServer(settings: Record<string, string>): Promise<ServerProcess> {
  const { child, ended, printed } = spawnServer(settings);
  await Promise.race([once(child, 'ready'), ended]);
  const origin = /Keyward is ready at (http\S+)/.exec(printed())?.[1];
  if (!origin) throw new Error(`The server did not start: ${printed()}`);
  const stop = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return {
    child,
    printed,
    stop,
    setupCode: /setup\?code=(\w+)/.exec(printed())?.[1],
    ...createCaller(origin),
    async [Symbol.asyncDispose]() {
      await stop('SIGTERM');
    },
  };
}

/** Runs it until it ends by itself. */
export async function runServer(
  settings: Record<string, string>,
  ...args: string[]
): Promise<{ exitCode: number | null; printed: string }> {
  const { ended, printed } = spawnServer(settings, ...args);
  return { exitCode: await ended, printed: printed() };
}

/** Starts it and waits for nothing. `ended` resolves to the exit code, null after a kill. */
export function spawnServer(settings: Record<string, string>, ...args: string[]) {
  const env = { ...serverEnvironment(), PORT: '0', KEYWARD_LOG_LEVEL: 'warn', ...settings };
  const child: ChildProcess = spawn(process.execPath, [main, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  for (const stream of streams) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('Keyward is ready')) child.emit('ready');
    });
  }
  // Not the event `close`: it does not come once the channel was closed from this side.
  const ended = Promise.all([once(child, 'exit'), ...streams.map((stream) => finished(stream))]);
  return { child, ended: ended.then(([[code]]) => code as number | null), printed: () => text };
}
