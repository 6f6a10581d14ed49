import { setTimeout as sleep } from 'node:timers/promises';
import { and, asc, gt, inArray, lte } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { auditSeals } from '#db/schema/audit.ts';
import type { Config } from '#server/config.ts';
import { judgeSeal, type ChainEnd, type JudgedSeal } from '#server/oversight/audit-seals/chain.ts';
import type { AuditKey } from '#server/oversight/audit-seals/key.ts';
import { readFingerprints } from '#server/oversight/audit-seals/seal.ts';
import {
  describeKeyFile,
  describeState,
  overdueSeconds,
  readSealingState,
  type SealingState,
} from '#server/oversight/audit-seals/sealing-state.ts';
import type { Troubles } from '#server/oversight/audit-seals/troubles.ts';
import type { LostRow, WrittenRows } from '#server/oversight/audit-seals/written-rows.ts';

/** Looks after the sealing: from beside the sealer, and by the server's own connections, so that it sees when that is stuck. */
export interface SealWatch {
  look(): Promise<void>;
  /** As of the last look. */
  oldestUnsealedSeconds(): number;
  noteStrays(strays: readonly JudgedSeal[]): void;
  /** Looks every second until it is stopped. */
  start(): void;
  stop(): Promise<void>;
}

export interface WatchParts {
  db: Database;
  config: Config;
  key: () => AuditKey;
  troubles: Troubles;
  written: WrittenRows;
  /** Why the sealer of this server makes no seal. */
  hindrance: () => string | undefined;
  onLoss: (rows: LostRow[]) => void;
}

const everyMs = 1_000;
const sealsAtOnce = 20;
const straysNamed = 5;

export function createSealWatch(parts: WatchParts): SealWatch {
  const { db, config, troubles, key } = parts;
  const stopping = new AbortController();
  const strays = createStrays(parts);
  const compare = createComparison(parts, strays.note);
  let running: Promise<void> = Promise.resolve();
  let startedAt = -Infinity;
  let seenAt = performance.now();
  let oldest = 0;
  let stuck: { to: number; since: number } | undefined;

  /** The database's word, or for how long this server has seen no seal come: a row may claim any time. */
  function ageOf({ end, firstUnsealed, oldestUnsealedSeconds }: SealingState): number {
    const to = end.newest?.to ?? 0;
    if (firstUnsealed === null) stuck = undefined;
    else if (stuck?.to !== to) stuck = { to, since: performance.now() };
    const age = Math.max(oldestUnsealedSeconds, stuck ? (performance.now() - stuck.since) / 1_000 : 0);
    const watchedSeconds = (performance.now() - startedAt) / 1_000;
    // What waited while no server ran is being sealed now.
    return watchedSeconds > overdueSeconds ? age : Math.min(age, watchedSeconds);
  }

  async function look(): Promise<void> {
    try {
      const state = await readSealingState(db, key());
      oldest = ageOf(state);
      const found = describeState({ ...state, oldestUnsealedSeconds: oldest }, parts.hindrance());
      troubles.set('unsealed', found.unsealed);
      troubles.set('numbering', found.numbering);
      strays.note(state.end.strays);
      await compare(state.end);
      await strays.look();
      seenAt = performance.now();
      troubles.set('unseen');
      troubles.set('key_file', describeKeyFile(config, key()));
    } catch (error) {
      const unseenSeconds = (performance.now() - seenAt) / 1_000;
      if (unseenSeconds <= overdueSeconds) return;
      oldest = Math.max(oldest, unseenSeconds);
      troubles.set('unseen', 'It cannot be seen whether the audit log is sealed', error);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look();
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  return {
    look,
    oldestUnsealedSeconds: () => oldest,
    noteStrays: strays.note,
    start() {
      startedAt = performance.now();
      running = run();
    },
    stop() {
      stopping.abort();
      return running;
    },
  };
}

/** Rows among the seals that do not belong there, for as long as they are there: the sealer sees them but once. */
function createStrays({ db, troubles }: WatchParts) {
  const known = new Set<number>();

  async function look(): Promise<void> {
    if (known.size === 0) return;
    const { number } = auditSeals;
    const there = await db
      .select({ number })
      .from(auditSeals)
      .where(inArray(number, [...known]));
    const numbers = there.map((row) => row.number).toSorted((a, b) => a - b);
    for (const one of known) if (!numbers.includes(one)) known.delete(one);
    troubles.set('stray_seal', numbers.length > 0 ? describeStrays(numbers) : undefined);
  }

  return {
    note(strays: readonly JudgedSeal[]): void {
      for (const { number } of strays) if (known.size < sealsAtOnce) known.add(number);
    },
    look,
  };
}

function describeStrays(numbers: number[]): string {
  const more = numbers.length > straysNamed ? ' …' : '';
  return (
    `Rows of audit_seals are not of this server's chain: ${numbers.slice(0, straysNamed).join(', ')}${more}. Sealing goes ` +
    'on past them. Find out who put them there, then remove them as docs/deploying.md says.'
  );
}

/** Compares what this server wrote with each new seal; another server may have sealed past what is none. */
function createComparison(
  { db, key, troubles, written, onLoss }: WatchParts,
  onStrays: (strays: JudgedSeal[]) => void,
) {
  let comparedTo: number | undefined;
  let lostSoFar = 0;

  function tell(lost: LostRow[]): void {
    if (lost.length === 0) return;
    lostSoFar += lost.length;
    onLoss(lost);
    troubles.set(
      'lost_rows',
      `Rows that this server wrote were ${describeLost(lost)} (${lostSoFar} since it started).`,
    );
  }

  return async function compare({ newest }: ChainEnd): Promise<void> {
    const forgotten = written.takeUnremembered();
    troubles.set(
      'unremembered',
      forgotten > 0
        ? 'So many rows wait for a seal that the newest are not remembered until then'
        : undefined,
    );
    if (comparedTo === undefined) written.forgetTo(newest?.to ?? 0);
    const last = newest?.number ?? 0;
    comparedTo ??= last;
    while (comparedTo < last) {
      const { number } = auditSeals;
      const rows = await db
        .select()
        .from(auditSeals)
        .where(and(gt(number, comparedTo), lte(number, last)))
        .orderBy(asc(number))
        .limit(sealsAtOnce);
      for (const row of rows) {
        const judged = judgeSeal(key(), row);
        const { standing, seal } = judged;
        if (standing !== 'good') onStrays([judged]);
        else if (seal) tell(written.settle(seal, readFingerprints(seal, row.fingerprints)));
        comparedTo = row.number;
      }
      if (rows.length < sealsAtOnce) comparedTo = last;
    }
  };
}

function describeLost(lost: LostRow[]): string {
  const [first] = lost;
  const rows = lost.length === 1 ? '' : ` and ${lost.length - 1} more`;
  return `${first?.fault} before they were sealed: row ${first?.sequence}${rows}`;
}
