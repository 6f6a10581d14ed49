import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded, type EmbeddedPostgres } from '#db/embedded/embedded.ts';
import { openFaultProxy, type FaultProxy } from '#server/testing/fault-proxy.ts';

/** A PostgreSQL as people run it, for what a test does to nobody else’s. One that dies is started again, as a service is. */
export interface OwnPostgres extends AsyncDisposable {
  /** By a port of this machine, through `line`. */
  address: EmbeddedPostgres['address'];
  line: FaultProxy;
  /** The same past the line. */
  direct: EmbeddedPostgres['address'];
  /** To every process of it. */
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** `folder`: where it keeps its files; left out: one of its own, which is removed. */
export async function openOwnPostgres(folder?: string): Promise<OwnPostgres> {
  await using opening = new AsyncDisposableStack();
  const dataFolder = folder ?? (await mkdtemp(path.join(tmpdir(), 'keyward-postgres-')));
  // Whatever ends us, nothing of it is left.
  const clear = () => {
    signalAll(dataFolder, 'SIGKILL');
    if (folder === undefined) rmSync(dataFolder, { recursive: true, force: true });
  };
  // Before the disk that it may stand on goes.
  process.prependListener('exit', clear);
  opening.defer(() => {
    process.off('exit', clear);
    clear();
  });
  const start = () => startEmbedded({ dataFolder, say: () => {} });
  let running = await start();
  opening.defer(() => running.stop());
  const { address } = running;
  const line = opening.use(await openFaultProxy(`${address.host}/.s.PGSQL.${address.port}`));
  const opened = opening.move();
  return {
    address: { ...address, host: '127.0.0.1', port: line.port },
    direct: address,
    line,
    signal: (signal) => signalAll(dataFolder, signal),
    stop: () => running.stop(),
    async start() {
      running = await start();
    },
    async [Symbol.asyncDispose]() {
      signalAll(dataFolder, 'SIGCONT');
      await opened.disposeAsync();
    },
  };
}

const pidFile = (dataFolder: string) => path.join(dataFolder, 'postgres', 'cluster', 'postmaster.pid');

/** The processes of a PostgreSQL, the one that starts the others first; none where it does not run. */
function processesOf(dataFolder: string): number[] {
  if (!existsSync(pidFile(dataFolder))) return [];
  const first = Number.parseInt(readFileSync(pidFile(dataFolder), 'utf8'), 10);
  const lines = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const all = lines.map((line) => /^\s*(\d+)\s+(\d+) .*postgres/.exec(line)?.slice(1).map(Number) ?? []);
  // Its number may be somebody else's by now.
  if (!all.some(([pid]) => pid === first)) return [];
  return [first, ...all.flatMap(([pid = 0, parent]) => (parent === first ? [pid] : []))];
}

function signalAll(dataFolder: string, signal: NodeJS.Signals): void {
  for (const pid of processesOf(dataFolder)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
