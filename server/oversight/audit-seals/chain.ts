import { desc, eq, lte } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { auditSeals } from '#db/schema/audit.ts';
import { sha256 } from '#server/core/audit/row-line.ts';
import type { AuditKey } from '#server/oversight/audit-seals/key.ts';
import { auditSeal, type AuditSeal } from '#server/oversight/audit-seals/schema.ts';
import { beginning, contentOf, rootOf, sealHash } from '#server/oversight/audit-seals/seal.ts';

/** A row of the table of seals; what it holds may be anything. */
export interface SealRow {
  number: number;
  toSequence: number;
  seal: unknown;
  fingerprints?: Buffer;
}

/** `unknown`: whole, but signed with a key that this server was not given. */
export interface JudgedSeal {
  number: number;
  standing: 'good' | 'unknown' | 'bad';
  /** What its signature does not contradict; left out: it cannot be read, or was forged. */
  seal?: AuditSeal;
}

/** Up to where the chain of seals reaches. */
export interface ChainEnd {
  /** The newest seal in its place; if this server vouches for none, the newest of another key. */
  newest: AuditSeal | undefined;
  /** Rows above it that do not belong there, the newest first. */
  strays: JudgedSeal[];
}

/** With as many, where the chain ends is not looked for any further. */
export const mostStrays = 200;
const usuallyRead = 3;

/** Judges a row by itself: whether it is as a key of this server signed it. */
export function judgeSeal(
  key: AuditKey,
  { number, toSequence, seal: held, fingerprints }: SealRow,
): JudgedSeal {
  const { data: seal } = auditSeal.safeParse(held);
  const signature = seal ? key.check(seal.key, contentOf(seal), seal.signature) : 'bad';
  if (!seal || signature === 'bad') return { number, standing: 'bad' };
  const isWhole =
    seal.number === number &&
    seal.to === toSequence &&
    seal.root === rootOf(seal.months) &&
    (!fingerprints || seal.fingerprints === sha256(fingerprints).toString('hex'));
  return { number, seal, standing: isWhole ? signature : 'bad' };
}

/** Whether a seal builds on one of those before it. Its hash says which, so that rows between them make no difference. */
export function isInPlace(seal: AuditSeal, earlier: readonly JudgedSeal[]): boolean {
  if (seal.previous === beginning)
    return seal.from === 1 && !earlier.some(({ standing }) => standing === 'good');
  return earlier.some(
    (before) =>
      before.seal !== undefined &&
      before.seal.to + 1 === seal.from &&
      sealHash(before.seal) === seal.previous,
  );
}

/** Finds the end of the chain, past rows that do not belong to it, 200 at most. */
export async function findChainEnd(db: Connection, key: AuditKey): Promise<ChainEnd> {
  const usual = await readNewestSeals(db, key, { limit: usuallyRead });
  const isUsual = usual[0]?.standing === 'good' && findEnd(usual) === 0;
  const judged =
    isUsual || usual.length < usuallyRead ? usual : await readNewestSeals(db, key, { limit: mostStrays });
  const at = findEnd(judged);
  return { newest: judged[at]?.seal, strays: at < 0 ? judged : judged.slice(0, at) };
}

function findEnd(judged: readonly JudgedSeal[]): number {
  const find = (wanted: JudgedSeal['standing']) =>
    judged.findIndex(
      ({ standing, seal }, at) =>
        standing === wanted && seal !== undefined && isInPlace(seal, judged.slice(at + 1)),
    );
  const ours = find('good');
  return ours < 0 ? find('unknown') : ours;
}

/** The newest rows up to a number, the newest first. */
export async function readNewestSeals(
  db: Connection,
  key: AuditKey,
  { upTo, limit }: { upTo?: number; limit: number },
): Promise<JudgedSeal[]> {
  const { number, toSequence, seal } = auditSeals;
  const rows = await db
    .select({ number, toSequence, seal })
    .from(auditSeals)
    .where(upTo === undefined ? undefined : lte(number, upTo))
    .orderBy(desc(number))
    .limit(limit);
  return rows.map((row) => judgeSeal(key, row));
}

/** The newest seal that this server vouches for; if it vouches for none, the newest of another key. */
export async function findNewestSeal(db: Connection, key: AuditKey): Promise<AuditSeal | undefined> {
  return (await findChainEnd(db, key)).newest;
}

/** Whether the log still has a seal that it had. */
export async function isIn(db: Connection, seal: AuditSeal | undefined): Promise<boolean> {
  if (!seal) return true;
  const [row] = await db
    .select({ seal: auditSeals.seal })
    .from(auditSeals)
    .where(eq(auditSeals.number, seal.number));
  const found = auditSeal.safeParse(row?.seal);
  return found.success && sealHash(found.data) === sealHash(seal);
}
