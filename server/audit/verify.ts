import { asc, gt, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { auditSeals } from '#db/schema/audit.ts';
import { readArchives } from '#server/audit/archive.ts';
import type { AuditKey } from '#server/audit/key.ts';
import type { SealMemory } from '#server/audit/memory.ts';
import {
  auditSeal,
  type AuditFault,
  type AuditFinding,
  type AuditSeal,
  type AuditVerdictView,
  type VerifyAuditInput,
} from '#server/audit/schema.ts';
import {
  beginning,
  contentOf,
  markOf,
  readFingerprints,
  rootOf,
  rootsOf,
  sealHash,
  sha256,
  type SealedLine,
} from '#server/audit/seal.ts';
import { readLines } from '#server/audit/sealed-rows.ts';
import { findNewestSeal, isIn } from '#server/audit/sealer.ts';

export interface Verifier {
  db: Database;
  key: AuditKey;
  memory: SealMemory;
}

type SealRow = typeof auditSeals.$inferSelect;

const sealsAtOnce = 20;

/**
 * Works the log out anew, seal by seal, in constant memory, until the time is over, and names the first row that does not
 * fit. What was not reached is left to the next call.
 */
export async function verifyLog(verifier: Verifier, input: VerifyAuditInput): Promise<AuditVerdictView> {
  const { db, key, memory } = verifier;
  const started = performance.now();
  let archived = await readArchives(db, key);
  const newest = await findNewestSeal(db);
  let previous = await findSeal(db, input.after);
  let rows = 0;
  let finding: AuditFinding | undefined;
  let isOver = false;

  while (!finding && !isOver && performance.now() - started < input.seconds * 1_000) {
    const batch = await readSeals(db, previous?.number ?? 0);
    isOver = batch.length < sealsAtOnce;
    for (const row of batch) {
      let checked = await checkSeal(verifier, row, { previous, archived });
      if (checked.finding) {
        // A month may have been taken out since.
        archived = await readArchives(db, key);
        checked = await checkSeal(verifier, row, { previous, archived });
      }
      rows += checked.rows;
      finding = checked.finding;
      if (finding) break;
      previous = checked.seal;
    }
  }
  if (isOver)
    finding ??=
      (await findLost(verifier, memory.newest())) ??
      (await findLost(verifier, input.seal)) ??
      (await findUnguarded(db));
  return {
    intact: !finding,
    finished: isOver || finding !== undefined,
    next: isOver || finding ? null : (previous?.number ?? 0),
    finding: finding ?? null,
    seals: previous?.number ?? 0,
    totalSeals: newest?.number ?? 0,
    rows,
    unsealed: await countUnsealed(db, newest?.to ?? 0),
    sealedTo: newest ? { sequence: newest.to, time: newest.time } : null,
    archived: [...archived.keys()].toSorted(),
  };
}

function found(
  fault: AuditFault,
  detail: string,
  at: { sequence?: number; seal?: number } = {},
): AuditFinding {
  return { fault, sequence: at.sequence ?? null, seal: at.seal ?? null, detail };
}

async function findSeal(db: Database, number: number): Promise<AuditSeal | undefined> {
  const [row] = await db
    .select()
    .from(auditSeals)
    .where(sql`number = ${number}`);
  return row && auditSeal.safeParse(row.seal).data;
}

function readSeals(db: Database, after: number): Promise<SealRow[]> {
  return db
    .select()
    .from(auditSeals)
    .where(gt(auditSeals.number, after))
    .orderBy(asc(auditSeals.number))
    .limit(sealsAtOnce);
}

interface Surroundings {
  previous: AuditSeal | undefined;
  archived: ReadonlyMap<string, unknown>;
}

async function checkSeal({ db, key }: Verifier, row: SealRow, { previous, archived }: Surroundings) {
  const parsed = auditSeal.safeParse(row.seal);
  const broken = parsed.success
    ? findBroken(key, row, parsed.data, previous)
    : found('seal_broken', `Seal ${row.number} cannot be read.`, { seal: row.number });
  if (broken || !parsed.data) return { rows: 0, seal: undefined, finding: broken };
  const seal = parsed.data;
  // One more than there should be shows that there are too many.
  const lines = await readLines(db, { from: seal.from, to: seal.to, limit: seal.count + 1 });
  const finding = findMisfit(lines, seal, { fingerprints: row.fingerprints, archived });
  return { rows: lines.length, seal, finding };
}

/** Whether a seal itself, and the chain up to it, is as it was made. */
function findBroken(key: AuditKey, row: SealRow, seal: AuditSeal, previous: AuditSeal | undefined) {
  const at = { seal: row.number };
  const expected = (previous?.number ?? 0) + 1;
  if (row.number !== expected)
    return found('seal_missing', `Seal ${expected} is missing.`, { seal: expected });
  const signature = key.check(seal.key, contentOf(seal), seal.signature);
  if (signature === 'unknown')
    return found(
      'signature',
      `Seal ${row.number} was signed with the key ${seal.key}, which this server was not given.`,
      at,
    );
  const isWhole =
    signature === 'good' &&
    seal.number === row.number &&
    seal.to === row.toSequence &&
    seal.from === (previous?.to ?? 0) + 1 &&
    seal.previous === (previous ? sealHash(previous) : beginning) &&
    seal.root === rootOf(seal.months) &&
    seal.fingerprints === sha256(row.fingerprints).toString('hex');
  return isWhole
    ? undefined
    : found('seal_broken', `Seal ${row.number} was changed, or does not follow the one before.`, at);
}

/** The first of a seal's rows that was changed, is missing, or was added. */
function findMisfit(
  lines: SealedLine[],
  seal: AuditSeal,
  { fingerprints, archived }: { fingerprints: Buffer; archived: ReadonlyMap<string, unknown> },
): AuditFinding | undefined {
  const marks = readFingerprints(seal, fingerprints);
  const present = new Set(lines.map((line) => line.sequence));
  const sequences = [...new Set([...marks.keys(), ...present])].toSorted((a, b) => a - b);
  const bySequence = new Map(lines.map((line) => [line.sequence, line]));
  for (const sequence of sequences) {
    const at = { sequence, seal: seal.number };
    const [mark, line] = [marks.get(sequence), bySequence.get(sequence)];
    if (!line && mark && !archived.has(mark.month))
      return found('missing', `Row ${sequence} is missing.`, at);
    if (line && !mark) return found('added', `Row ${sequence} was added after its time.`, at);
    if (line && mark && markOf(line) !== mark.mark)
      return found('changed', `Row ${sequence} was changed.`, at);
  }
  const roots = new Map(rootsOf(lines).map(({ month, root }) => [month, root]));
  const wrong = seal.months.find(({ month, root }) => !archived.has(month) && roots.get(month) !== root);
  return wrong && found('changed', `A row of ${wrong.month} was changed.`, { seal: seal.number });
}

/** Whether the log has lost a seal that is kept elsewhere, and with it all that came after. */
async function findLost(
  { db, key }: Verifier,
  kept: AuditSeal | undefined,
): Promise<AuditFinding | undefined> {
  if (!kept || (await isIn(db, kept))) return undefined;
  const at = { seal: kept.number };
  if (key.check(kept.key, contentOf(kept), kept.signature) !== 'good')
    return found(
      'signature',
      `The seal ${kept.number} that was kept elsewhere was not signed by this server.`,
      at,
    );
  const newest = await findNewestSeal(db);
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

/** A table of the log that could be changed unnoticed until it is verified: its triggers are off. */
async function findUnguarded(db: Database): Promise<AuditFinding | undefined> {
  const { rows } = await db.execute<{ name: string }>(sql`
    select c.oid::regclass::text as name from pg_class c
    where (c.oid = 'audit_events'::regclass
        or c.oid in (select inhrelid from pg_inherits where inhparent = 'audit_events'::regclass))
      and (select count(*) from pg_trigger t where t.tgrelid = c.oid and t.tgenabled = 'A'
        and t.tgname in ('audit_events_append_only', 'audit_events_no_truncate')) < 2
    order by 1 limit 1`);
  const [table] = rows;
  return (
    table &&
    found(
      'unguarded',
      `Everything fits, but the triggers that keep ${table.name} from being changed are off.`,
    )
  );
}

async function countUnsealed(db: Database, after: number): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from (select from audit_events where sequence > ${after} limit 10000) unsealed`,
  );
  return rows[0]?.count ?? 0;
}
