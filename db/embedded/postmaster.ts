import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Cluster } from './cluster.ts';
import { programOptions, settingFlags } from './create.ts';
import { codeOf, EmbeddedPostgresError } from './error.ts';

const MAX_LOG_BYTES = 10 * 1024 * 1024;
const START_SECONDS = 60;

/** Signs in as the superuser, to a PostgreSQL that runs already or one started for it. */
export async function reachPostmaster(cluster: Cluster, signal: AbortSignal): Promise<pg.Client> {
  const giveUpAt = Date.now() + START_SECONDS * 1000;
  let launched: Launched | undefined;
  for (let wait = 5; ; wait = Math.min(wait * 1.3, 100)) {
    const answer = await signIn(cluster);
    if (answer instanceof pg.Client) return answer;
    if (answer === 'silent' && Date.now() > giveUpAt) throw notAnswering(cluster);
    if (answer === 'silent' && !launched?.isRunning() && findPostmaster(cluster) === undefined) {
      if (launched) refuseUnlessPassing(launched);
      launched = launch(cluster);
    }
    if (signal.aborted) {
      // It may not have written its pid file yet, by which a later stop would find it.
      if (launched) await shutDown(cluster, launched.pid);
      throw signal.reason;
    }
    await sleep(wait);
  }
}

async function signIn(cluster: Cluster): Promise<pg.Client | 'silent' | 'busy'> {
  const client = new pg.Client({
    host: cluster.socketFolder,
    user: 'postgres',
    password: cluster.superuser,
    database: 'postgres',
    ssl: false,
    application_name: `keyward ${process.pid}`,
    connectionTimeoutMillis: 5_000,
  });
  // A connection that breaks says so twice; we listen to `end`.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code.startsWith('28')) throw foreign(cluster);
    return ['ENOENT', 'ECONNREFUSED'].includes(code) ? 'silent' : 'busy';
  }
}

interface Launched {
  pid: number | undefined;
  isRunning(): boolean;
  lastWords(): string;
}

function launch(cluster: Cluster): Launched {
  const { folder, options } = programOptions(cluster);
  if (sizeOf(cluster.log) > MAX_LOG_BYTES) renameSync(cluster.log, `${cluster.log}.1`);
  const logStart = sizeOf(cluster.log);
  const log = openSync(cluster.log, 'a', 0o600);
  removeReusedPid(cluster);
  const child = spawn(path.join(cluster.programs, 'postgres'), ['-D', folder, ...flagsOf(cluster)], {
    ...options,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  const failure = { message: '' };
  child.on('error', (error) => {
    failure.message = error.message;
  });
  return {
    pid: child.pid,
    isRunning: () => isRunning(child),
    lastWords: () => failure.message || readFileSync(cluster.log).subarray(logStart).toString().trim(),
  };
}

const isRunning = (child: ChildProcess) =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function flagsOf(cluster: Cluster): string[] {
  return settingFlags({
    cluster_name: cluster.name,
    listen_addresses: '',
    port: '5432',
    unix_socket_directories: '.',
    unix_socket_permissions: '0700',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Failed statements are the server's to log, without the values in them.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    ...cluster.settings,
  });
}

/** The process id of the cluster's postmaster while it lives. */
export function findPostmaster(cluster: Cluster): number | undefined {
  const pid = recordedPid(cluster);
  return commandOf(pid).includes(`cluster_name=${cluster.name}`) ? pid : undefined;
}

function recordedPid({ files }: Cluster): number {
  try {
    return Number.parseInt(readFileSync(path.join(files, 'postmaster.pid'), 'utf8'), 10);
  } catch {
    return 0;
  }
}

/** The command line of a process; empty for one that has ended. */
function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** PostgreSQL refuses to start while the number in its pid file is in use, be it by another program by now. */
function removeReusedPid(cluster: Cluster): void {
  const command = commandOf(recordedPid(cluster));
  const isOthers =
    command !== '' && (!command.includes('postgres') || command.includes('cluster_name=keyward-'));
  if (!isOthers || findPostmaster(cluster) !== undefined) return;
  for (const name of ['postmaster.pid', '.s.PGSQL.5432.lock'])
    rmSync(path.join(cluster.files, name), { force: true });
}

/** The processes of a postmaster that was killed outlive it by a moment, and hold its memory. */
function refuseUnlessPassing(launched: Launched): void {
  const words = launched.lastWords();
  if (/still in use|already exists/.test(words)) return;
  throw new EmbeddedPostgresError(
    `PostgreSQL did not start. Its last words:\n${words.split('\n').slice(-8).join('\n')}`,
  );
}

function foreign({ dataFolder }: Cluster): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The PostgreSQL in ${dataFolder} refuses the password in postgres/passwords.json. ` +
      'Put that file back from a backup, or set KEYWARD_DATA to another folder.',
  );
}

function notAnswering({ log }: Cluster): EmbeddedPostgresError {
  return new EmbeddedPostgresError(`PostgreSQL has not answered for ${START_SECONDS} seconds. See ${log}.`);
}

/** A fast shutdown: clients are cut off, what they committed is written. */
export async function stopPostmaster(cluster: Cluster): Promise<void> {
  await shutDown(cluster, findPostmaster(cluster));
}

async function shutDown(cluster: Cluster, pid = 0): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    const isOver = () => !commandOf(pid).includes(cluster.name);
    if (isOver()) return;
    process.kill(pid, signal);
    const escalateAt = Date.now() + 10_000;
    while (!isOver() && Date.now() < escalateAt) await sleep(10);
  }
}
