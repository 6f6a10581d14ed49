import { sha256 } from '#server/core/audit/row-line.ts';
import type { AuditKey } from '#server/oversight/audit-seals/key.ts';
import type { AuditSeal } from '#server/oversight/audit-seals/schema.ts';

/** A row in the form that is hashed. */
export interface SealedLine {
  sequence: number;
  /** `YYYY-MM` of its time, UTC: which table it is in. */
  month: string;
  /** JSON, as PostgreSQL's `row_to_json` writes it. */
  line: string;
  /** The line's SHA-256. */
  hash: Buffer;
}

/** The eight bytes of a row's sequence and the first eight of its hash: enough to tell which one does not fit. */
export interface Fingerprint {
  sequence: number;
  month: string;
  mark: string;
}

const entryLength = 16;
export const beginning = '0'.repeat(64);

/** The seal of some rows, given in their order, and their fingerprints. */
export function makeSeal(
  key: AuditKey,
  lines: SealedLine[],
  place: { number: number; from: number; to: number; previous: string; time: string },
): { seal: AuditSeal; fingerprints: Buffer } {
  const months = rootsOf(lines);
  const fingerprints = fingerprintsOf(lines);
  const { number, from, to, previous, time } = place;
  const unsigned = {
    version: 1 as const,
    number,
    from,
    to,
    count: lines.length,
    months,
    root: rootOf(months),
    fingerprints: sha256(fingerprints).toString('hex'),
    previous,
    time,
    key: key.id,
  };
  return { seal: { ...unsigned, signature: key.sign(contentOf(unsigned)) }, fingerprints };
}

/** What is signed: the fields in this order, as JSON. */
export function contentOf(seal: Omit<AuditSeal, 'signature'>): string {
  const months = seal.months.map(({ month, count, root }) => [month, count, root]);
  const { version, number, from, to, count, root, fingerprints, previous, time, key } = seal;
  return JSON.stringify([
    'keyward audit seal',
    version,
    number,
    from,
    to,
    count,
    months,
    root,
    fingerprints,
    previous,
    time,
    key,
  ]);
}

/** What the next seal names this one by. */
export function sealHash(seal: AuditSeal): string {
  return sha256(`${contentOf(seal)}\n${seal.signature}`).toString('hex');
}

/** For each month of the rows, the hash of their hashes. */
export function rootsOf(lines: SealedLine[]): AuditSeal['months'] {
  return byMonth(lines).map(([month, own]) => ({
    month,
    count: own.length,
    root: sha256(Buffer.concat(own.map(({ hash }) => hash))).toString('hex'),
  }));
}

export function rootOf(months: AuditSeal['months']): string {
  return sha256(months.map(({ month, root }) => `${month} ${root}\n`).join('')).toString('hex');
}

function fingerprintsOf(lines: SealedLine[]): Buffer {
  return Buffer.concat(
    byMonth(lines).flatMap(([, own]) =>
      own.map(({ sequence, hash }) => {
        const entry = Buffer.alloc(entryLength);
        entry.writeBigUInt64BE(BigInt(sequence));
        hash.copy(entry, 8, 0, 8);
        return entry;
      }),
    ),
  );
}

/** The fingerprints of a seal's rows by their sequence. */
export function readFingerprints({ months }: AuditSeal, bytes: Buffer): Map<number, Fingerprint> {
  const found = new Map<number, Fingerprint>();
  let at = 0;
  for (const { month, count } of months) {
    for (let left = count; left > 0 && at < bytes.length; left--, at += entryLength) {
      const sequence = Number(bytes.readBigUInt64BE(at));
      found.set(sequence, { sequence, month, mark: bytes.toString('hex', at + 8, at + entryLength) });
    }
  }
  return found;
}

function byMonth(lines: SealedLine[]): [string, SealedLine[]][] {
  const months = Map.groupBy(lines, ({ month }) => month);
  return [...months].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
