import { setTimeout as sleep } from 'node:timers/promises';
import { desc, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Connection, Database, Transaction } from '#db/client.ts';
import type { Clock } from '#db/clock.ts';
import { auditSeals } from '#db/schema/audit.ts';
import type { AuditKey } from '#server/audit/key.ts';
import type { SealMemory } from '#server/audit/memory.ts';
import { auditSeal, type AuditSeal } from '#server/audit/schema.ts';
import { beginning, makeSeal, sealHash } from '#server/audit/seal.ts';
import { readLines } from '#server/audit/sealed-rows.ts';

export interface Sealer {
  /** Seals what has been committed; returns how many seals it made. None while another instance is at it. */
  seal(): Promise<number>;
  /** Goes on by itself until it is stopped. */
  start(): void;
  stop(): Promise<void>;
}

interface SealerParts {
  db: Database;
  clock: Clock;
  log: Logger;
  key: () => AuditKey;
  memory: SealMemory;
}

/** Any number will do, as long as every instance takes the same lock. */
const sealLock = 4_825_190_319;
const everyMs = 1_000;
const rowsOfSeal = 5_000;
const patienceMs = 1_500;
/** For as long as whoever signed the last seal is silent, somebody with another key waits. */
const otherKeyMs = 10 * 60_000;

export function createSealer(parts: SealerParts): Sealer {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function seal(): Promise<number> {
    let made = 0;
    while (!stopping.signal.aborted && (await sealOnce(parts))) made++;
    return made;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await seal().catch((error: unknown) => parts.log.error({ err: error }, 'the audit log was not sealed'));
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  return {
    seal,
    start: () => void (running = run()),
    stop() {
      stopping.abort();
      return running;
    },
  };
}

/** Makes the next seal, if there is one to make. */
async function sealOnce(parts: SealerParts): Promise<boolean> {
  const { memory, log } = parts;
  const made = await parts.db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ ours: boolean }>(
      sql`select pg_try_advisory_xact_lock(${sealLock}) as ours`,
    );
    return rows[0]?.ours ? sealNext(tx, parts) : undefined;
  });
  if (!made) return false;
  // What is remembered is not given up for a log that has lost it.
  if (made.followsMemory) memory.keep(made.seal);
  else
    log.error(
      { seal: memory.newest()?.number },
      'the audit log has lost seals that were made before: verify it',
    );
  return true;
}

async function sealNext(tx: Transaction, parts: SealerParts) {
  const last = await findNewestSeal(tx);
  const from = (last?.to ?? 0) + 1;
  const to = await findEnd(tx, from);
  const key = parts.key();
  const now = parts.clock.now();
  if (to === undefined || leavesToOther(last, key, now)) return undefined;
  if (!(await outlastWriters(tx))) return undefined;
  const lines = await readLines(tx, { from, to, limit: to - from + 1 });
  const place = {
    number: (last?.number ?? 0) + 1,
    from,
    to,
    previous: last ? sealHash(last) : beginning,
    time: now.toISOString(),
  };
  const { seal, fingerprints } = makeSeal(key, lines, place);
  await tx.insert(auditSeals).values({ number: seal.number, toSequence: to, seal, fingerprints });
  return { seal, followsMemory: await isIn(tx, parts.memory.newest()) };
}

function leavesToOther(last: AuditSeal | undefined, key: AuditKey, now: Date): boolean {
  if (!last || last.key === key.id) return false;
  return now.getTime() - new Date(last.time).getTime() < otherKeyMs;
}

async function findEnd(tx: Transaction, from: number): Promise<number | undefined> {
  const { rows } = await tx.execute<{ end: string | null }>(sql`select max(sequence) as end from (
    select sequence from audit_events where sequence >= ${from} order by sequence limit ${rowsOfSeal}) next_rows`);
  return rows[0]?.end ? Number(rows[0].end) : undefined;
}

/**
 * A sequence is taken before its row is committed, so a row may still come below one that is there. Whoever may bring it
 * holds a lock on the table from before the sequence is taken until after the row is seen by everyone: once those have
 * gone who hold one now, no more can come, and a sequence without a row is one of a transaction that was undone. False
 * where one of them takes too long. Nobody waits for us.
 */
async function outlastWriters(tx: Transaction): Promise<boolean> {
  let waitedFor = await findWriters(tx);
  const started = performance.now();
  while (waitedFor.size > 0 && performance.now() - started < patienceMs) {
    await sleep(20);
    waitedFor = waitedFor.intersection(await findWriters(tx));
  }
  return waitedFor.size === 0;
}

/** The transactions, this one apart, that have written or are about to write to the log. */
async function findWriters(tx: Transaction): Promise<Set<string>> {
  const { rows } = await tx.execute<{ transaction: string }>(sql`
    select virtualtransaction as transaction from pg_locks
    where locktype = 'relation' and relation = 'audit_events'::regclass and mode = 'RowExclusiveLock' and granted
      and database = (select oid from pg_database where datname = current_database())
      and pid is distinct from pg_backend_pid()`);
  return new Set(rows.map((row) => row.transaction));
}

export async function findNewestSeal(db: Connection): Promise<AuditSeal | undefined> {
  const [row] = await db
    .select({ seal: auditSeals.seal })
    .from(auditSeals)
    .orderBy(desc(auditSeals.number))
    .limit(1);
  return row && auditSeal.parse(row.seal);
}

/** Whether the log still has a seal that it had. */
export async function isIn(db: Connection, seal: AuditSeal | undefined): Promise<boolean> {
  if (!seal) return true;
  const [row] = await db
    .select({ seal: auditSeals.seal })
    .from(auditSeals)
    .where(sql`number = ${seal.number}`);
  const found = auditSeal.safeParse(row?.seal);
  return found.success && sealHash(found.data) === sealHash(seal);
}
