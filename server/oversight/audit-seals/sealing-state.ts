import { sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import type { Config } from '#server/config.ts';
import { findChainEnd, type ChainEnd } from '#server/oversight/audit-seals/chain.ts';
import { auditKeyPlace, findAuditKey, type AuditKey } from '#server/oversight/audit-seals/key.ts';

/** What the database says of rows that wait for a seal. */
export interface SealingState {
  end: ChainEnd;
  /** Null where every row has its seal. */
  firstUnsealed: number | null;
  /** Since the database took the oldest of them, by its clock; 0 where there are none. */
  oldestUnsealedSeconds: number;
  /** The number that was given to a row last. */
  lastSequence: number;
}

/** A row has to be sealed within this time. */
export const overdueSeconds = 10;

/** More than these need not be looked at to find out for how long rows wait. */
const mostLookedAt = 1_000;

export async function readSealingState(db: Database, key: AuditKey): Promise<SealingState> {
  const end = await findChainEnd(db, key);
  const { rows } = await db.execute<{ first: string | null; age: number; last: string | null }>(sql`
    select min(sequence) as first,
      greatest(0, extract(epoch from clock_timestamp() - min(coalesce(recorded_at, time))))::float8 as age,
      pg_sequence_last_value('audit_sequence') as last
    from (
      select sequence, recorded_at, time from audit_events
      where sequence > ${end.newest?.to ?? 0} order by sequence limit ${mostLookedAt}
    ) unsealed`);
  const [row] = rows;
  return {
    end,
    firstUnsealed: row?.first ? Number(row.first) : null,
    oldestUnsealedSeconds: row?.age ?? 0,
    lastSequence: Number(row?.last ?? 0),
  };
}

/** What is wrong where rows wait for too long, or get numbers that no seal comes to any more. */
export function describeState(
  { end: { newest }, firstUnsealed, oldestUnsealedSeconds, lastSequence }: SealingState,
  hindrance: string | undefined,
): { unsealed: string | undefined; numbering: string | undefined } {
  const isOverdue = firstUnsealed !== null && oldestUnsealedSeconds > overdueSeconds;
  const why = hindrance ? ` What holds it up: ${hindrance}.` : '';
  return {
    unsealed: isOverdue
      ? `Sealing has stopped: row ${firstUnsealed} has waited ${durationWords(oldestUnsealedSeconds)} for its seal.${why} ` +
        'Until it resumes, changes to that row and later ones can go unnoticed.'
      : undefined,
    numbering:
      newest && lastSequence < newest.to
        ? `The numbers of the log were set back to ${lastSequence}, and seals reach up to row ${newest.to}: rows that come ` +
          'now are in no seal.'
        : undefined,
  };
}

/** Why the key that this server signs with would be lost with its process; undefined where it is kept. */
export function describeKeyFile(config: Config, key: AuditKey): string | undefined {
  if (config.auditKey) return undefined;
  const place = auditKeyPlace(config);
  const loss =
    'Put its copy back: started again, the server would sign with another key, and nothing could check the seals so far.';
  try {
    const kept = findAuditKey(config);
    if (!kept) return `${place} is gone. ${loss}`;
    return kept.id === key.id ? undefined : `${place} holds another key than this server signs with. ${loss}`;
  } catch (error) {
    return (error as Error).message;
  }
}

function durationWords(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} seconds`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} minutes`;
  return `${Math.floor(seconds / 3_600)} hours`;
}
