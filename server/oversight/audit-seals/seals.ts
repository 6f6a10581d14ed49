import type { Logger } from 'pino';
import type { Database } from '#db/client.ts';
import type { Clock } from '#db/clock.ts';
import type { Config } from '#server/config.ts';
import { AppError } from '#server/errors.ts';
import { openAuditKey, type AuditKey } from '#server/oversight/audit-seals/key.ts';
import { openSealMemory, type SealMemory } from '#server/oversight/audit-seals/memory.ts';
import type { AuditVerdictView, VerifyAuditInput } from '#server/oversight/audit-seals/schema.ts';
import { createAuditSealer, type AuditSealer } from '#server/oversight/audit-seals/sealer.ts';
import {
  describeKeyFile,
  describeState,
  readSealingState,
} from '#server/oversight/audit-seals/sealing-state.ts';
import { createTroubles, type Trouble, type Troubles } from '#server/oversight/audit-seals/troubles.ts';
import { verifyLog } from '#server/oversight/audit-seals/verify-log.ts';
import { createSealWatch, type SealWatch } from '#server/oversight/audit-seals/watch.ts';
import type { LostRow, WrittenRows } from '#server/oversight/audit-seals/written-rows.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    seals: Seals;
  }
}

/** What proves that the log is as it was written. */
export interface Seals {
  /** Opened, or made, when it is first needed. */
  key(): AuditKey;
  memory: SealMemory;
  sealer: AuditSealer;
  watch: SealWatch;
  troubles: Troubles;
  /**
   * Checks the log, one check at a time: it keeps a processor and the database busy. A caller who asks for the same meanwhile
   * gets the same verdict; for anything else it throws `verify_running`.
   */
  verify(input: VerifyAuditInput): Promise<AuditVerdictView>;
  /** Begins to seal and to look after it. */
  start(): void;
  /** Seals what is left. */
  close(): Promise<void>;
}

export interface SealsParts {
  db: Database;
  /** As the owner of the tables, who alone writes seals. */
  owner: Database;
  clock: Clock;
  log: Logger;
  written: WrittenRows;
  onLoss: (rows: LostRow[]) => void;
}

export function openSeals(config: Config, { db, owner, clock, log, written, onLoss }: SealsParts): Seals {
  let opened: AuditKey | undefined;
  const key = () => (opened ??= openAuditKey(config));
  const memory = openSealMemory(config.dataFolder);
  const troubles = createTroubles(log);
  const onStrays: SealWatch['noteStrays'] = (strays) => watch.noteStrays(strays);
  const sealer = createAuditSealer({ db: owner, clock, troubles, key, memory, onStrays });
  const { hindrance } = sealer;
  const watch = createSealWatch({ db, config, key, troubles, written, hindrance, onLoss });

  /** Also where nothing watches, as in an operator's command. */
  async function findTroubles(): Promise<Trouble[]> {
    const { unsealed, numbering } = describeState(await readSealingState(db, key()), hindrance());
    const fresh = { unsealed, numbering, key_file: describeKeyFile(config, key()) };
    const seen = troubles.list().filter(({ kind }) => !(kind in fresh));
    const now = Object.entries(fresh).flatMap(([kind, detail]) =>
      detail ? [{ kind, detail } as Trouble] : [],
    );
    return [...seen, ...now];
  }
  let isStarted = false;
  return {
    key,
    memory,
    sealer,
    watch,
    troubles,
    verify: oneAtATime((input) => verifyLog({ db, key: key(), memory, findTroubles }, input)),
    start() {
      isStarted = true;
      sealer.start();
      watch.start();
    },
    async close() {
      await Promise.all([sealer.stop(), watch.stop()]);
      if (isStarted) await sealer.sealRest();
    },
  };
}

function oneAtATime(run: Seals['verify']): Seals['verify'] {
  let running: { of: string; verdict: Promise<AuditVerdictView> } | undefined;
  return async (input) => {
    const of = JSON.stringify(input);
    if (running?.of === of) return running.verdict;
    if (running)
      throw new AppError(
        'verify_running',
        'The log is being verified already. Wait a moment, then try again.',
      );
    const verdict = run(input).finally(() => (running = undefined));
    running = { of, verdict };
    return verdict;
  };
}
