import { asc, gt, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { auditSeals } from '#db/schema/audit.ts';
import { readArchives } from '#server/oversight/audit-seals/archive.ts';
import { findChainEnd, isIn, readNewestSeals, type JudgedSeal } from '#server/oversight/audit-seals/chain.ts';
import { checkSeal, found, type CheckedSeal } from '#server/oversight/audit-seals/check-seal.ts';
import type { AuditKey } from '#server/oversight/audit-seals/key.ts';
import { SealMemoryError, type SealMemory } from '#server/oversight/audit-seals/memory.ts';
import type {
  AuditFault,
  AuditFinding,
  AuditSeal,
  AuditVerdictView,
  VerifyAuditInput,
} from '#server/oversight/audit-seals/schema.ts';
import { contentOf } from '#server/oversight/audit-seals/seal.ts';
import { rowsOfSeal } from '#server/oversight/audit-seals/sealer.ts';
import type { Trouble, TroubleKind } from '#server/oversight/audit-seals/troubles.ts';

export interface Verifier {
  db: Database;
  key: AuditKey;
  memory: SealMemory;
  /** What is wrong with the sealing at this moment. */
  findTroubles: () => Promise<Trouble[]>;
}

const sealsAtOnce = 20;

/** Where a verification is. */
interface Walk {
  /** The number of the row that was looked at last. */
  position: number;
  earlier: JudgedSeal[];
  sealedAt: number;
}

/**
 * Works the log out anew, seal by seal, in constant memory, until the time is over, and names the first row that does not
 * fit. What was not reached is left to the next call.
 */
export async function verifyLog(verifier: Verifier, input: VerifyAuditInput): Promise<AuditVerdictView> {
  const { db, key } = verifier;
  const started = performance.now();
  const { newest } = await findChainEnd(db, key);
  const walk = await beginAfter(verifier, input.after);
  let archived = await readArchives(db, key);
  let rows = 0;
  let finding: AuditFinding | undefined;
  let isOver = false;

  while (!finding && !isOver && performance.now() - started < input.seconds * 1_000) {
    const batch = await readSeals(db, walk.position);
    isOver = batch.length < sealsAtOnce;
    for (const row of batch) {
      let checked = await checkSeal(verifier, row, { ...walk, archived });
      if (checked.finding) {
        // A month may have been taken out since.
        archived = await readArchives(db, key);
        checked = await checkSeal(verifier, row, { ...walk, archived });
      }
      advance(walk, row.number, checked);
      rows += checked.rows;
      finding = checked.finding;
      if (finding) break;
    }
  }
  const hasMore = !isOver || finding !== undefined;
  finding ??= isOver ? await findAtEnd(verifier, input.seal) : undefined;
  const total = newest?.number ?? 0;
  return {
    intact: !finding,
    finished: isOver || finding !== undefined,
    next: hasMore ? walk.position : null,
    finding: finding ?? null,
    seals: Math.min(walk.position, total),
    totalSeals: total,
    rows,
    unsealed: await countUnsealed(db, newest?.to ?? 0),
    sealedTo: newest ? { sequence: newest.to, time: newest.time } : null,
    archived: [...archived.keys()].toSorted(),
  };
}

/** As if all up to a seal had been looked at. */
async function beginAfter({ db, key }: Verifier, position: number): Promise<Walk> {
  const earlier = await readNewestSeals(db, key, { upTo: position, limit: sealsAtOnce });
  let judged = earlier;
  for (;;) {
    const last = judged.find(leavesNone);
    if (last) return { position, earlier, sealedAt: timeOf(last) };
    const upTo = (judged.at(-1)?.number ?? 0) - 1;
    if (upTo < 1) return { position, earlier, sealedAt: -Infinity };
    judged = await readNewestSeals(db, key, { upTo, limit: sealsAtOnce });
  }
}

/** Whether each row that there was has its seal with this one. One that is full may have left rows to the next. */
const leavesNone = ({ standing, seal }: JudgedSeal) =>
  standing === 'good' && seal !== undefined && seal.count < rowsOfSeal;

const timeOf = ({ seal }: JudgedSeal) => (seal ? new Date(seal.time).getTime() : -Infinity);

function advance(walk: Walk, number: number, { judged }: CheckedSeal): void {
  walk.position = number;
  walk.earlier = [judged, ...walk.earlier.slice(0, sealsAtOnce - 1)];
  if (leavesNone(judged)) walk.sealedAt = Math.max(walk.sealedAt, timeOf(judged));
}

function readSeals(db: Database, after: number) {
  return db
    .select()
    .from(auditSeals)
    .where(gt(auditSeals.number, after))
    .orderBy(asc(auditSeals.number))
    .limit(sealsAtOnce);
}

/** What is not to be seen in any one seal. */
async function findAtEnd(
  verifier: Verifier,
  given: AuditSeal | undefined,
): Promise<AuditFinding | undefined> {
  return (
    (await findLost(verifier, () => verifier.memory.newest())) ??
    (await findLost(verifier, () => given)) ??
    (await findUnguarded(verifier.db)) ??
    (await findTrouble(verifier))
  );
}

/** Whether the log has lost a seal that is kept elsewhere, and with it all that came after. */
async function findLost(
  { db, key }: Verifier,
  read: () => AuditSeal | undefined,
): Promise<AuditFinding | undefined> {
  let kept: AuditSeal | undefined;
  try {
    kept = read();
  } catch (error) {
    if (error instanceof SealMemoryError) return found('kept_seal', error.message);
    throw error;
  }
  if (!kept || (await isIn(db, kept))) return undefined;
  const at = { seal: kept.number };
  if (key.check(kept.key, contentOf(kept), kept.signature) !== 'good')
    return found(
      'signature',
      `The seal ${kept.number} that was kept elsewhere was not signed by this server.`,
      at,
    );
  const { newest } = await findChainEnd(db, key);
  return (newest?.number ?? 0) < kept.number
    ? found(
        'cut_off',
        `The end was cut off: the log had ${kept.number} seals, up to row ${kept.to}, and has ${newest?.number ?? 0}.`,
        { ...at, sequence: (newest?.to ?? 0) + 1 },
      )
    : found(
        'seal_broken',
        `Seal ${kept.number} is not the one that was kept elsewhere: the log was rewritten.`,
        at,
      );
}

/** A table that could be changed unnoticed until it is verified: its triggers are off, or others may write to it. */
async function findUnguarded(db: Database): Promise<AuditFinding | undefined> {
  const { rows } = await db.execute<{ name: string }>(sql`
    select c.oid::regclass::text as name from pg_class c
    where (c.oid = 'audit_events'::regclass
        or c.oid in (select inhrelid from pg_inherits where inhparent = 'audit_events'::regclass))
      and (select count(*) from pg_trigger t where t.tgrelid = c.oid and t.tgenabled = 'A'
        and t.tgname in ('audit_events_append_only', 'audit_events_no_truncate')) < 2
    union all
    select c.oid::regclass::text from pg_class c
    where c.oid in ('audit_seals'::regclass, 'audit_archives'::regclass)
      and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgenabled = 'A'
        and t.tgname = c.relname || '_append_only')
    union all
    select c.oid::regclass::text from pg_class c cross join aclexplode(c.relacl) a
    where c.oid in ('audit_seals'::regclass, 'audit_archives'::regclass, 'audit_sealing'::regclass)
      and a.grantee <> c.relowner and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
    order by 1 limit 1`);
  const [table] = rows;
  return (
    table &&
    found(
      'unguarded',
      `Everything fits, but ${table.name} is not guarded: its triggers are off, or others than its owner may write to it.`,
    )
  );
}

/** Others are told by the log and the metrics: they say nothing against what is sealed. */
const troublesToFind: Partial<Record<TroubleKind, AuditFault>> = {
  lost_rows: 'lost_rows',
  unsealed: 'unsealed',
  numbering: 'numbering',
  key_file: 'key_file',
};

async function findTrouble({ findTroubles }: Verifier): Promise<AuditFinding | undefined> {
  for (const { kind, detail } of await findTroubles()) {
    const fault = troublesToFind[kind];
    if (fault) return found(fault, detail);
  }
  return undefined;
}

async function countUnsealed(db: Database, after: number): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from (select from audit_events where sequence > ${after} limit 10000) unsealed`,
  );
  return rows[0]?.count ?? 0;
}
