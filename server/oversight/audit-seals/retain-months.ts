import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { auditArchives, auditSeals } from '#db/schema/audit.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { insertAuditRows } from '#server/core/audit/record.ts';
import {
  checkArchive,
  writeArchive,
  type KeptMonth,
  type SealedPart,
} from '#server/oversight/audit-seals/archive-file.ts';
import { archiveContent, readArchives, type AuditArchive } from '#server/oversight/audit-seals/archive.ts';
import { findNewestSeal } from '#server/oversight/audit-seals/chain.ts';
import type { AuditKey } from '#server/oversight/audit-seals/key.ts';
import { auditSeal } from '#server/oversight/audit-seals/schema.ts';
import { contentOf, rootsOf } from '#server/oversight/audit-seals/seal.ts';
import { readLines } from '#server/oversight/audit-seals/sealed-rows.ts';

/** Any number will do, as long as every instance takes the same lock. */
const retentionLock = 4_825_190_320;
const sealsAtOnce = 100;
const dayMs = 86_400_000;

/**
 * Takes whole sealed months that are older than the setting says out of the database, oldest first: written to a file, read
 * back, recorded, dropped. Ended at any step, the next run goes on there. One at a time over all instances. Returns the
 * months that went; none without the setting. Throws where a month or its file is not as it was sealed: it stays then.
 */
export async function retainMonths(runtime: Runtime): Promise<string[]> {
  const { auditRetentionDays: days } = runtime.config;
  if (days === undefined) return [];
  const before = new Date(runtime.clock.now().getTime() - days * dayMs);
  return runtime.asOwner(async (owner) => {
    const { rows } = await owner.execute<{ ours: boolean }>(
      sql`select pg_try_advisory_lock(${retentionLock}) as ours`,
    );
    if (!rows[0]?.ours) return [];
    const gone: string[] = [];
    for (const month of await listMonths(owner, before)) {
      if (await retainMonth(runtime, owner, month)) gone.push(month);
    }
    const months = await listStrays(owner, before);
    if (months.length > 0) runtime.log.warn({ months }, 'months of the audit log have no table: they stay');
    return gone;
  });
}

/** The months that were over at an instant. */
async function listMonths(owner: Database, before: Date): Promise<string[]> {
  const { rows } = await owner.execute<{ month: string }>(sql`
    select replace(substr(relname, 8), '_', '-') as month from pg_class
    where oid in (select inhrelid from pg_inherits where inhparent = 'audit_events'::regclass)
      and relname ~ '^events_\\d{4}_\\d{2}$' order by 1`);
  const running = before.toISOString().slice(0, 7);
  return rows.map(({ month }) => month).filter((month) => month < running);
}

/** Months whose rows came when there was no table for them. Only a whole table can be taken out: see decision 0019. */
async function listStrays(owner: Database, before: Date): Promise<string[]> {
  const { rows } = await owner.execute<{ month: string }>(sql`
    select distinct to_char(time at time zone 'UTC', 'YYYY-MM') as month from audit_months.other
    where time < date_trunc('month', ${before.toISOString()}::timestamptz, 'UTC') order by 1`);
  return rows.map(({ month }) => month);
}

async function retainMonth(runtime: Runtime, owner: Database, month: string): Promise<boolean> {
  const last = await findLastSequence(owner, month);
  if (last > ((await findNewestSeal(owner, runtime.seals.key()))?.to ?? 0)) return false;
  if (last > 0) await keepMonth(runtime, owner, { month, last });
  // Whoever writes to the log waits for us while we wait for the lock.
  await owner.execute(sql`set lock_timeout = '1s'`);
  await owner.execute(sql`select drop_audit_month(${month})`);
  runtime.log.info({ month }, 'a month of the audit log was archived');
  return true;
}

async function findLastSequence(owner: Database, month: string): Promise<number> {
  const { rows } = await owner.execute<{ last: string }>(
    sql`select coalesce(max(sequence), 0) as last from audit_events where ${isOf(month)}`,
  );
  return Number(rows[0]?.last);
}

const isOf = (month: string) => {
  const first = sql`${`${month}-01T00:00:00Z`}::timestamptz`;
  return sql`time >= ${first} and time < (${first} at time zone 'UTC' + interval '1 month') at time zone 'UTC'`;
};

interface Wanted {
  month: string;
  /** Its last row. */
  last: number;
}

/** Sees to it that the file and its record are there, and hold what was sealed. */
async function keepMonth(runtime: Runtime, owner: Database, wanted: Wanted): Promise<void> {
  const { month } = wanted;
  const key = runtime.seals.key();
  const file = `${month}.ndjson.gz`;
  const path = join(runtime.config.dataFolder, 'audit-archive', file);
  const recorded = (await readArchives(owner, key)).get(month);
  if (!recorded) await writeArchive(path, readMonth(owner, key, wanted));
  const kept = await checkArchive(path, readParts(owner, key, wanted));
  if (!recorded) return recordMonth(runtime, owner, { month, file, kept });
  if (recorded.sha256 !== kept.sha256 || recorded.count !== kept.count || recorded.root !== kept.root)
    throw new Error(`The archive of ${month} is not the one that was recorded`);
}

/** The lines of a month as they were sealed. Throws at the first that were not: a log that was touched is not tidied away. */
async function* readMonth(owner: Database, key: AuditKey, wanted: Wanted): AsyncGenerator<string> {
  const { month } = wanted;
  for await (const { number, from, to, count, root } of readParts(owner, key, wanted)) {
    const lines = await readLines(owner, { from, to, limit: count + 1, month });
    if (rootsOf(lines)[0]?.root !== root)
      throw new Error(`The rows of ${month} are not those that seal ${number} vouches for`);
    yield lines.map(({ line }) => `${line}\n`).join('');
  }
}

/** What the seals have for a month, in their order. */
async function* readParts(
  owner: Database,
  key: AuditKey,
  { month, last }: Wanted,
): AsyncGenerator<SealedPart> {
  let after = 0;
  let isOver = false;
  while (!isOver) {
    const rows = await owner
      .select({ number: auditSeals.number, seal: auditSeals.seal })
      .from(auditSeals)
      .where(sql`number > ${after} and seal->'months' @> ${JSON.stringify([{ month }])}::jsonb`)
      .orderBy(auditSeals.number)
      .limit(sealsAtOnce);
    for (const row of rows) {
      const seal = auditSeal.parse(row.seal);
      if (key.check(seal.key, contentOf(seal), seal.signature) !== 'good')
        throw new Error(`Seal ${row.number} was not signed by this server`);
      const own = seal.months.find((part) => part.month === month);
      if (own) yield { number: row.number, from: seal.from, to: seal.to, count: own.count, root: own.root };
      after = row.number;
      isOver = seal.to >= last;
    }
    isOver ||= rows.length < sealsAtOnce;
  }
}

async function recordMonth(
  { clock, seals, defaultTenantId }: Runtime,
  owner: Database,
  { month, file, kept }: { month: string; file: string; kept: KeptMonth },
): Promise<void> {
  const key = seals.key();
  const time = clock.now();
  const unsigned = { version: 1 as const, month, file, ...kept, time: time.toISOString(), key: key.id };
  const archive: AuditArchive = { ...unsigned, signature: key.sign(archiveContent(unsigned)) };
  await owner.transaction(async (tx) => {
    await tx.insert(auditArchives).values({ month, archive });
    const row = { time, tenantId: defaultTenantId, actorKind: 'system', actorLabel: 'Keyward' } as const;
    const detail = { month, file, rows: kept.count, sha256: kept.sha256 };
    await insertAuditRows(tx, [{ ...row, action: 'audit.archive', outcome: 'ok', detail }]);
  });
}
