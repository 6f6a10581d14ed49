import type { DatabaseAddress } from '#db/address.ts';
import type { Database } from '#db/client.ts';
import { loadDump } from '#db/load.ts';
import type { Config } from '#server/config.ts';
import { assertKeysOpen } from '#server/core/signing-keys/rotate-keys.ts';
import { isIn } from '#server/oversight/audit-seals/chain.ts';
import { openSealMemory, type SealMemory } from '#server/oversight/audit-seals/memory.ts';
import { BackupError, readParts, type CheckedBackup } from '#server/oversight/backups/read-backup.ts';
import {
  deactivateAllBut,
  listLeftAlone,
  readTime,
  recordRestore,
  retireSecrets,
  type Retired,
} from '#server/oversight/backups/retire.ts';
import type { RestoreChoices } from '#server/oversight/backups/schema.ts';

interface RestoreWork {
  address: DatabaseAddress;
  config: Config;
  choices: RestoreChoices;
  onProgress: (rows: number) => void;
}

export interface Restored {
  retired: Retired;
  /** Where the newest seal is now that this data folder remembered and that the backup is too old to have. */
  sealKeptIn: string | undefined;
}

/**
 * Puts a backup into an empty database, and retires what the choices say in the same transaction: there is no moment at which
 * somebody could use what was revoked meanwhile. Throws `BackupError`, `LoadError`, and as `assertKeysOpen` does.
 */
export async function restoreBackup(backup: CheckedBackup, work: RestoreWork): Promise<Restored> {
  const { version: _, ...facts } = backup.header;
  const memory = openSealMemory(work.config.dataFolder);
  const parts = counted(backup, work.onProgress);
  const finished = await loadDump(
    { address: work.address, acceptsSuperuser: work.config.acceptsSuperuser },
    { facts, parts },
    (db) => finish(db, backup, { ...work, memory }),
  );
  return { retired: finished.retired, sealKeptIn: finished.lost ? memory.setAside() : undefined };
}

async function* counted(backup: CheckedBackup, onProgress: RestoreWork['onProgress']) {
  let rows = 0;
  for await (const part of readParts(backup)) {
    if (++rows % 1_000 === 0) onProgress(rows);
    yield part;
  }
}

async function finish(
  db: Database,
  { header: { time }, end: { sha256 } }: CheckedBackup,
  { choices, config, memory }: RestoreWork & { memory: SealMemory },
): Promise<{ retired: Retired; lost: boolean }> {
  const retired = await retire(db, choices, `Restored from the backup of ${time}`);
  // Those that were retired nobody opens again.
  if (choices.secrets === 'keep') await assertKeysOpen(db, config, await readTime(db));
  const newest = memory.newest();
  const lost = !(await isIn(db, newest));
  const { secrets, people } = choices;
  await recordRestore(db, {
    time,
    sha256,
    secrets,
    people,
    retired,
    ...(lost && { lostSeal: newest?.number }),
  });
  return { retired, lost };
}

/** Retires what the choices say, and returns how many of each kind. Throws `BackupError` where no admin would be left. */
export async function retire(
  db: Database,
  { secrets, people, admins }: RestoreChoices,
  reason: string,
): Promise<Retired> {
  const retired = secrets === 'retire' ? await retireSecrets(db, reason) : {};
  if (people === 'keep') return retired;
  const left = await listLeftAlone(db, admins);
  if (left.length > 0)
    throw new BackupError(
      `No admin would be left in ${left.join(', ')}. Name an active admin of each with --admin.`,
    );
  return { ...retired, user: await deactivateAllBut(db, admins, reason) };
}
