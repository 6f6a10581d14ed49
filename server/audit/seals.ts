import type { Logger } from 'pino';
import type { Database } from '#db/client.ts';
import type { Clock } from '#db/clock.ts';
import { openAuditKey, type AuditKey } from '#server/audit/key.ts';
import { openSealMemory, type SealMemory } from '#server/audit/memory.ts';
import type { AuditVerdictView, VerifyAuditInput } from '#server/audit/schema.ts';
import { createSealer, type Sealer } from '#server/audit/sealer.ts';
import { verifyLog } from '#server/audit/verify.ts';
import type { Config } from '#server/config.ts';
import { AppError } from '#server/errors.ts';

/** What proves that the log is as it was written. */
export interface Seals {
  /** Opened, or made, when it is first needed. */
  key(): AuditKey;
  memory: SealMemory;
  sealer: Sealer;
  /**
   * Checks the log, one check at a time: it keeps a processor and the database busy. Whoever asks for the same meanwhile
   * gets the same verdict; for anything else it throws `verify_running`.
   */
  verify(input: VerifyAuditInput): Promise<AuditVerdictView>;
}

export function openSeals(config: Config, parts: { db: Database; clock: Clock; log: Logger }): Seals {
  let opened: AuditKey | undefined;
  const key = () => (opened ??= openAuditKey(config));
  const memory = openSealMemory(config.dataFolder);
  const verify = oneAtATime((input) => verifyLog({ db: parts.db, key: key(), memory }, input));
  return { key, memory, verify, sealer: createSealer({ ...parts, key, memory }) };
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
