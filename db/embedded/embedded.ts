import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, type ClusterOptions, openCluster } from './cluster.ts';
import { EmbeddedPostgresError } from './error.ts';
import { reachPostmaster, stopPostmaster } from './postmaster.ts';

export { EmbeddedPostgresError };

const LOCK_ID = 4_815_162_342;
const RIVAL_SECONDS = 2;

export interface EmbeddedPostgres {
  /** For the role `keyward`, which owns the database and is no superuser. */
  address: { host: string; port: number; user: string; password: string; database: string };
  /** Shuts PostgreSQL down; nothing of it is left running. */
  stop(): Promise<void>;
}

/**
 * Runs the PostgreSQL that comes with Keyward on `dataFolder`, and keeps it running until `stop`. One that an earlier
 * server left behind is taken over. Throws `EmbeddedPostgresError` where there is none to be had.
 */
export async function startEmbedded(options: ClusterOptions): Promise<EmbeddedPostgres> {
  const cluster = await openCluster(options);
  const ending = new AbortController();
  let lock = await holdLock(cluster, ending.signal);
  let healing = Promise.resolve();

  const watch = () =>
    lock.once('end', () => {
      if (!ending.signal.aborted) healing = heal();
    });
  const heal = async () => {
    options.say('PostgreSQL has ended unexpectedly. Starting it again …');
    const healed = await holdLockAtLast(cluster, ending.signal, options.say);
    if (!healed) return;
    lock = healed;
    watch();
    options.say('PostgreSQL is back.');
  };
  watch();

  return {
    address: addressOf(cluster),
    async stop() {
      ending.abort();
      await healing;
      await stopPostmaster(cluster);
      await lock.end().catch(() => undefined);
    },
  };
}

/**
 * The PostgreSQL on `dataFolder` for a moment's work: the one that a server runs there now, or else one of our own.
 * `stop` leaves a server's as it is. Throws as `startEmbedded` does, and where nothing was made there before: a mistyped
 * folder must not pass for an empty database.
 */
export async function joinEmbedded(options: ClusterOptions): Promise<EmbeddedPostgres> {
  const address = addressOf(await openCluster({ ...options, isThere: true }));
  const client = new pg.Client({ ...address, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return { address, stop: () => Promise.resolve() };
  } catch {
    return startEmbedded(options);
  }
}

function addressOf({ socketFolder, keyward }: Cluster): EmbeddedPostgres['address'] {
  return { host: socketFolder, port: 5432, user: 'keyward', password: keyward, database: 'keyward' };
}

/** Back-off without an end: the database is all we have, and the operator is told each time. */
async function holdLockAtLast(cluster: Cluster, signal: AbortSignal, say: (line: string) => void) {
  for (let wait = 100; !signal.aborted; wait = Math.min(wait * 2, 5_000)) {
    try {
      return await holdLock(cluster, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      say(error instanceof Error ? error.message : String(error));
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

/** The connection whose advisory lock says that this folder is ours. It ends with us, even on kill -9. */
async function holdLock(cluster: Cluster, signal: AbortSignal): Promise<pg.Client> {
  const giveUpAt = Date.now() + RIVAL_SECONDS * 1000;
  for (;;) {
    const client = await reachPostmaster(cluster, signal);
    const answer = await takeLock(client);
    if (answer === 'ours') return client;
    await client.end().catch(() => undefined);
    if (answer !== 'unknown' && Date.now() > giveUpAt) throw taken(cluster, answer);
    await sleep(50, undefined, { signal });
  }
}

/** `ours`, the name of whoever has it, or `unknown` when PostgreSQL is just being stopped. */
async function takeLock(client: pg.Client): Promise<string> {
  try {
    const { rows } = await client.query<{ ours: boolean; holder: string | null }>(
      `select pg_try_advisory_lock($1) as ours,
         (select a.application_name from pg_locks l join pg_stat_activity a using (pid)
          where l.locktype = 'advisory' and l.granted and (l.classid::bigint << 32) + l.objid::bigint = $1
          limit 1) as holder`,
      [LOCK_ID],
    );
    return rows[0]?.ours ? 'ours' : (rows[0]?.holder ?? 'unknown');
  } catch {
    return 'unknown';
  }
}

function taken({ dataFolder }: Cluster, holder: string): EmbeddedPostgresError {
  const pid = holder.replace(/\D/g, '');
  return new EmbeddedPostgresError(
    `Another Keyward server (pid ${pid}) is using ${dataFolder}. Stop it, or set KEYWARD_DATA to another folder.`,
  );
}
