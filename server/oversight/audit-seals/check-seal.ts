import type { Connection } from '#db/client.ts';
import { markOf } from '#server/core/audit/row-line.ts';
import { isInPlace, judgeSeal, type JudgedSeal, type SealRow } from '#server/oversight/audit-seals/chain.ts';
import type { AuditKey } from '#server/oversight/audit-seals/key.ts';
import type { AuditFault, AuditFinding, AuditSeal } from '#server/oversight/audit-seals/schema.ts';
import { readFingerprints, rootsOf } from '#server/oversight/audit-seals/seal.ts';
import { readLines, type LogLine } from '#server/oversight/audit-seals/sealed-rows.ts';

/** What a seal is judged by beside itself. */
export interface Surroundings {
  /** The rows of seals before it. */
  earlier: readonly JudgedSeal[];
  archived: ReadonlyMap<string, unknown>;
  /** When every row was sealed that there was, by the seals before it, in milliseconds; -Infinity before the first. */
  sealedAt: number;
}

export interface CheckedSeal {
  judged: JudgedSeal;
  rows: number;
  finding: AuditFinding | undefined;
}

/**
 * Rows are written within a minute of what they tell of; one that waits for longer, for the database was away, is dated anew
 * and says so in its detail after five. So what is off by more was dated by hand, or by a clock that was set.
 */
const toleranceMs = 10 * 60_000;

export function found(
  fault: AuditFault,
  detail: string,
  at: { sequence?: number; seal?: number } = {},
): AuditFinding {
  return { fault, sequence: at.sequence ?? null, seal: at.seal ?? null, detail };
}

/** Checks a seal, its place in the chain, and each of its rows. */
export async function checkSeal(
  { db, key }: { db: Connection; key: AuditKey },
  row: SealRow & { fingerprints: Buffer },
  around: Surroundings,
): Promise<CheckedSeal> {
  const judged = judgeSeal(key, row);
  const broken = findBroken(judged, around.earlier);
  if (broken || !judged.seal) return { judged, rows: 0, finding: broken };
  const { from, to, count } = judged.seal;
  // One more than there should be shows that there are too many.
  const lines = await readLines(db, { from, to, limit: count + 1 });
  const finding =
    findMisfit(lines, judged.seal, { fingerprints: row.fingerprints, archived: around.archived }) ??
    findMisdated(lines, judged.seal, around.sealedAt) ??
    findLoss(lines, judged.seal);
  return { judged, rows: lines.length, finding };
}

/** Whether a seal itself, and the chain up to it, is as it was made. */
function findBroken({ number, standing, seal }: JudgedSeal, earlier: readonly JudgedSeal[]) {
  const at = { seal: number };
  if (standing === 'unknown')
    return found(
      'signature',
      `Seal ${number} was signed with the key ${seal?.key}, which this server was not given.`,
      at,
    );
  if (standing === 'bad' || !seal)
    return found('seal_broken', `Seal ${number} was changed, or was never made by this server.`, at);
  if (isInPlace(seal, earlier)) return undefined;
  const expected = Math.max(0, ...earlier.map((before) => before.number)) + 1;
  return number > expected
    ? found('seal_missing', `Seal ${expected} is missing.`, { seal: expected })
    : found('seal_broken', `Seal ${number} does not follow the one before.`, at);
}

/** The first of a seal's rows that was changed, is missing, or was added. */
function findMisfit(
  lines: LogLine[],
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

/** The first row that claims a time long before it can have been written, or after. */
export function findMisdated(lines: LogLine[], seal: AuditSeal, sealedAt: number): AuditFinding | undefined {
  const madeAt = new Date(seal.time).getTime();
  for (const { sequence, time, recordedAt } of lines) {
    const at = { sequence, seal: seal.number };
    const notBefore = Math.max(sealedAt, recordedAt ?? -Infinity);
    const claim = `Row ${sequence} is dated ${minuteOf(time)}`;
    if (time < notBefore - toleranceMs)
      return found('misdated', `${claim}, but was not written before ${minuteOf(notBefore)}.`, at);
    if (time > madeAt + toleranceMs)
      return found('misdated', `${claim}, but was sealed at ${minuteOf(madeAt)} already.`, at);
  }
  return undefined;
}

const minuteOf = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** A row by which a server told that others were lost before they were sealed. */
function findLoss(lines: LogLine[], seal: AuditSeal): AuditFinding | undefined {
  for (const { sequence: told, loss } of lines) {
    if (loss === null) continue;
    const {
      fault = 'removed',
      first,
      count = 1,
    } = loss as { fault?: string; first?: number; count?: number };
    const more = count > 1 ? ` and ${count - 1} more` : '';
    return found(
      'lost_rows',
      `Row ${first ?? '?'}${more} was ${fault} before it was sealed: the server that wrote it noticed, in row ${told}.`,
      { sequence: first ?? told, seal: seal.number },
    );
  }
  return undefined;
}
