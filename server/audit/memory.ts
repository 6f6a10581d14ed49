import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { auditSeal, type AuditSeal } from '#server/audit/schema.ts';

/** The newest seal that this server made, kept outside the database: whoever cuts off the log's end cannot cut it too. */
export interface SealMemory {
  newest(): AuditSeal | undefined;
  keep(seal: AuditSeal): void;
  /** Forgets it, knowingly: after a restore the log has honestly lost its end. Returns where it is kept from now on. */
  setAside(): string;
}

export function openSealMemory(dataFolder: string): SealMemory {
  const path = join(dataFolder, 'audit-seal.json');
  let newest: AuditSeal | undefined;
  let isRead = false;
  return {
    newest() {
      if (!isRead) newest = read(path);
      isRead = true;
      return newest;
    },
    keep(seal) {
      newest = seal;
      isRead = true;
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.new`, `${JSON.stringify(seal, undefined, 2)}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    setAside() {
      const aside = join(dataFolder, `audit-seal-${newest?.number}.json`);
      renameSync(path, aside);
      newest = undefined;
      return aside;
    },
  };
}

function read(path: string): AuditSeal | undefined {
  try {
    return auditSeal.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
