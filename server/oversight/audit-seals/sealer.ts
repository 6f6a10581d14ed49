import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Database, Transaction } from '#db/client.ts';
import type { Clock } from '#db/clock.ts';
import { isLocked } from '#db/errors.ts';
import { auditSealing, auditSeals } from '#db/schema/audit.ts';
import {
  findChainEnd,
  isIn,
  mostStrays,
  type ChainEnd,
  type JudgedSeal,
} from '#server/oversight/audit-seals/chain.ts';
import type { AuditKey } from '#server/oversight/audit-seals/key.ts';
import { SealMemoryError, type SealMemory } from '#server/oversight/audit-seals/memory.ts';
import type { AuditSeal } from '#server/oversight/audit-seals/schema.ts';
import { beginning, makeSeal, sealHash } from '#server/oversight/audit-seals/seal.ts';
import { readLines } from '#server/oversight/audit-seals/sealed-rows.ts';
import type { Troubles } from '#server/oversight/audit-seals/troubles.ts';

export interface AuditSealer {
  /** Seals what has been committed; returns how many seals it made. None while another instance is at it. */
  seal(): Promise<number>;
  /** Why the last attempt left rows without a seal. */
  hindrance(): string | undefined;
  /** Goes on by itself until it is stopped. */
  start(): void;
  stop(): Promise<void>;
  /** Once stopped: seals what has been written since. */
  sealRest(): Promise<void>;
}

export interface SealerParts {
  /** As the owner of the tables, the only role that may write seals. */
  db: Database;
  clock: Clock;
  troubles: Troubles;
  key: () => AuditKey;
  memory: SealMemory;
  /** Is given what stands above the end of the chain and does not belong there: sealing goes on past it. */
  onStrays: (strays: JudgedSeal[]) => void;
}

const everyMs = 1_000;
/** May be lowered, but never raised: verification takes a seal with fewer rows for one that left none. */
export const rowsOfSeal = 5_000;
const patienceMs = 1_500;
/** For how long a server leaves the sealing to one with another key that has gone silent. */
const otherKeyMs = 10 * 60_000;

type Attempt = { seal: AuditSeal } | { hindrance: string | undefined };

/** The newest seal of another key, and since when this server has known it. */
interface OtherKey {
  number: number;
  since: number;
}

export function createAuditSealer(parts: SealerParts): AuditSealer {
  const stopping = new AbortController();
  const other: { seen?: OtherKey } = {};
  let hindrance: string | undefined;
  let running: Promise<void> = Promise.resolve();

  async function sealOnce(): Promise<boolean> {
    const attempt = await parts.db.transaction((tx) => sealNext(tx, parts, other)).catch(asHindrance);
    if (!('seal' in attempt)) {
      hindrance = attempt.hindrance;
      return false;
    }
    hindrance = undefined;
    await keepOutside(parts, attempt.seal);
    return true;
  }

  async function seal(): Promise<number> {
    let made = 0;
    while (await sealOnce()) made++;
    return made;
  }

  async function sealWhileRunning(): Promise<void> {
    while (!stopping.signal.aborted && (await sealOnce()));
  }

  const trying = (work: () => Promise<unknown>) =>
    work().then(
      () => parts.troubles.set('failing'),
      (error: unknown) => {
        hindrance = 'each attempt fails: the log of the server says how';
        parts.troubles.set('failing', 'the audit log was not sealed', error);
      },
    );

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await trying(sealWhileRunning);
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  return {
    seal,
    hindrance: () => hindrance,
    start: () => void (running = run()),
    stop() {
      stopping.abort();
      return running;
    },
    sealRest: () => trying(sealOnce),
  };
}

/** Another instance that seals at this moment, or another session of the owner. */
function asHindrance(error: unknown): Attempt {
  if (!isLocked(error)) throw error;
  return { hindrance: 'another connection holds a lock on audit_sealing or on the tables of the log' };
}

/** Makes the next seal, if there is one to make. */
async function sealNext(
  tx: Transaction,
  { key: openKey, clock, onStrays }: SealerParts,
  other: { seen?: OtherKey },
): Promise<Attempt> {
  // Shorter than a statement may take, so that it is known to have been a lock.
  await tx.execute(sql`set local lock_timeout = '1s'`);
  await tx.execute(sql`lock table ${auditSealing} in exclusive mode nowait`);
  const key = openKey();
  const end = await findChainEnd(tx, key);
  onStrays(end.strays);
  if (end.strays.length >= mostStrays)
    throw new Error(`The newest ${mostStrays} rows of audit_seals are no seals of this server`);
  const from = (end.newest?.to ?? 0) + 1;
  const to = await findEnd(tx, from);
  if (to === undefined) return { hindrance: undefined };
  const now = clock.now();
  const foreign = findForeign(end, key);
  if (foreign && leavesToOther(other, foreign, now))
    return {
      hindrance: `seal ${foreign.number} was signed with the key ${foreign.seal?.key}, which this server was not given`,
    };
  const writers = await outlastWriters(tx);
  if (writers.length > 0)
    return {
      hindrance: `a transaction that writes to the log stays open (of the database's process ${writers.join(', ')})`,
    };
  const lines = await readLines(tx, { from, to, limit: to - from + 1 });
  const place = {
    number: nextNumber(end),
    from,
    to,
    previous: end.newest ? sealHash(end.newest) : beginning,
    time: now.toISOString(),
  };
  const { seal, fingerprints } = makeSeal(key, lines, place);
  await tx.insert(auditSeals).values({ number: seal.number, toSequence: to, seal, fingerprints });
  return { seal };
}

/** The first number above the chain that no stray row has. */
function nextNumber({ newest, strays }: ChainEnd): number {
  const taken = new Set(strays.map(({ number }) => number));
  let number = (newest?.number ?? 0) + 1;
  while (taken.has(number)) number++;
  return number;
}

/** The newest seal of another key, where none of ours came after it. */
function findForeign({ newest, strays }: ChainEnd, key: AuditKey): JudgedSeal | undefined {
  const stray = strays.find(({ standing }) => standing === 'unknown');
  if (stray) return stray;
  return newest && newest.key !== key.id && !key.knows(newest.key)
    ? { number: newest.number, standing: 'unknown', seal: newest }
    : undefined;
}

/** For ten minutes after it was made, and no longer than that after it was first seen: it may claim any time. */
function leavesToOther(other: { seen?: OtherKey }, { number, seal }: JudgedSeal, now: Date): boolean {
  if (other.seen?.number !== number) other.seen = { number, since: now.getTime() };
  const madeAt = seal ? new Date(seal.time).getTime() : -Infinity;
  return now.getTime() - Math.min(other.seen.since, madeAt) < otherKeyMs;
}

/** What is remembered is not given up for a log that has lost it. That it cannot be kept undoes no seal. */
async function keepOutside({ db, memory, troubles }: SealerParts, seal: AuditSeal): Promise<void> {
  try {
    const kept = memory.newest();
    const isThere = await isIn(db, kept);
    troubles.set(
      'lost_seal',
      isThere
        ? undefined
        : `the audit log has lost seals that were made before, such as ${kept?.number}: verify it`,
    );
    if (isThere) memory.keep(seal);
    troubles.set('kept_seal');
  } catch (error) {
    const why =
      error instanceof SealMemoryError
        ? error.message
        : 'It is not known whether the log has the seal that is kept.';
    troubles.set(
      'kept_seal',
      `The audit log is sealed, but its newest seal was not kept outside of the database. ${why}`,
      error,
    );
  }
}

async function findEnd(tx: Transaction, from: number): Promise<number | undefined> {
  const { rows } = await tx.execute<{ end: string | null }>(sql`select max(sequence) as end from (
    select sequence from audit_events where sequence between ${from} and pg_sequence_last_value('audit_sequence')
    order by sequence limit ${rowsOfSeal}) next_rows`);
  return rows[0]?.end ? Number(rows[0].end) : undefined;
}

/**
 * A sequence is taken before its row is committed, so a row may still come below one that is there. A transaction that may
 * bring it holds a lock on the table from before the sequence is taken until after the row is visible: once those have
 * ended that hold one now, no more can come, and a sequence without a row is one of a transaction that was undone. Returns
 * the processes that take too long. None of them waits for us.
 */
async function outlastWriters(tx: Transaction): Promise<string[]> {
  let waitedFor = await findWriters(tx);
  const started = performance.now();
  while (waitedFor.size > 0 && performance.now() - started < patienceMs) {
    await sleep(20);
    const still = await findWriters(tx);
    waitedFor = new Map([...waitedFor].filter(([transaction]) => still.has(transaction)));
  }
  return [...waitedFor.values()];
}

/** The transactions, this one apart, that have written or are about to write to the log, each with its process. */
async function findWriters(tx: Transaction): Promise<Map<string, string>> {
  const { rows } = await tx.execute<{ transaction: string; process: string }>(sql`
    select virtualtransaction as transaction, coalesce(pid::text, 'none: it is prepared') as process from pg_locks
    where locktype = 'relation' and relation = 'audit_events'::regclass and mode = 'RowExclusiveLock' and granted
      and database = (select oid from pg_database where datname = current_database())
      and pid is distinct from pg_backend_pid()`);
  return new Map(rows.map((row) => [row.transaction, row.process]));
}
