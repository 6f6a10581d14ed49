import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { auditSeal, type AuditSeal } from '#server/oversight/audit-seals/schema.ts';

/** Says which file cannot be used, and what to do about it. */
export class SealMemoryError extends Error {}

/** The newest seal that this server made, kept outside the database, where truncating the log cannot reach it. */
export interface SealMemory {
  /** Throws `SealMemoryError` where there is a file that cannot be read: it may hold what the log has lost. */
  newest(): AuditSeal | undefined;
  /** Throws `SealMemoryError`. */
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
      try {
        write(path, seal);
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException;
        throw new SealMemoryError(
          `${path} cannot be written (${code}). Let the user that the server runs as write there.`,
          { cause },
        );
      }
    },
    setAside() {
      const aside = join(dataFolder, `audit-seal-${newest?.number}.json`);
      renameSync(path, aside);
      newest = undefined;
      return aside;
    },
  };
}

function write(path: string, seal: AuditSeal): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, `${JSON.stringify(seal, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function read(path: string): AuditSeal | undefined {
  try {
    return auditSeal.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new SealMemoryError(
      `${path} cannot be read (${code ?? 'it holds no seal'}), so it is not known whether the log has lost its end. Put a ` +
        'copy of it back, or move it away.',
      { cause },
    );
  }
}
