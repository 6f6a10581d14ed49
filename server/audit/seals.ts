import type { Logger } from 'pino';
import type { Database } from '#db/client.ts';
import type { Clock } from '#db/clock.ts';
import { openAuditKey, type AuditKey } from '#server/audit/key.ts';
import { openSealMemory, type SealMemory } from '#server/audit/memory.ts';
import { createSealer, type Sealer } from '#server/audit/sealer.ts';
import type { Config } from '#server/config.ts';

/** What proves that the log is as it was written. */
export interface Seals {
  /** Opened, or made, when it is first needed. */
  key(): AuditKey;
  memory: SealMemory;
  sealer: Sealer;
}

export function openSeals(config: Config, parts: { db: Database; clock: Clock; log: Logger }): Seals {
  let opened: AuditKey | undefined;
  const key = () => (opened ??= openAuditKey(config));
  const memory = openSealMemory(config.dataFolder);
  return { key, memory, sealer: createSealer({ ...parts, key, memory }) };
}
