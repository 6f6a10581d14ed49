import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import type { DatabaseAddress } from '#db/address.ts';
import { workAsOwner } from '#db/client.ts';
import { dumpDatabase, type DumpFacts, type DumpPart } from '#db/dump.ts';
import { writeNewArchive } from '#server/oversight/audit-seals/archive-file.ts';
import type { AuditKey } from '#server/oversight/audit-seals/key.ts';
import { BackupError, signedContent } from '#server/oversight/backups/read-backup.ts';
import type { BackupEnd } from '#server/oversight/backups/schema.ts';

export interface WrittenBackup extends Pick<BackupEnd, 'rows' | 'sha256' | 'key'> {
  time: string;
}

interface BackupWork {
  address: DatabaseAddress;
  key: AuditKey;
  onProgress: (table: string, rows: number) => void;
}

/** A line is far shorter than what is worth handing on. */
const chunkLength = 2 ** 16;

/**
 * Writes the whole database, as it is at one moment, into a file that only its owner may read, and says so in the audit log.
 * The file is there whole, or not at all, and never replaces another: throws `BackupError`.
 */
export async function writeBackup(path: string, work: BackupWork): Promise<WrittenBackup> {
  const written = await dumpDatabase(work.address, async (facts, parts) => {
    let end: BackupEnd | undefined;
    const lines = backupLines(facts, parts, { ...work, onEnd: (reached) => (end = reached) });
    await writeNew(path, gathered(lines));
    if (!end) throw new Error('The backup has no end');
    return { time: facts.time, rows: end.rows, sha256: end.sha256, key: end.key };
  });
  try {
    await recordBackup(work.address, written);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return written;
}

async function writeNew(path: string, lines: AsyncIterable<string>): Promise<void> {
  try {
    await writeNewArchive(path, lines);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new BackupError(`${path} is there already. Name a new file.`);
  }
}

async function* backupLines(
  facts: DumpFacts,
  parts: AsyncIterable<DumpPart>,
  { key, onProgress, onEnd }: BackupWork & { onEnd: (end: BackupEnd) => void },
): AsyncGenerator<string, void> {
  const hash = createHash('sha256');
  const sealed = (line: string) => {
    hash.update(line);
    return line;
  };
  let [table, rows] = ['', 0];
  yield sealed(`${JSON.stringify(['keyward backup', { version: 1, ...facts }])}\n`);
  for await (const part of parts) {
    if ('table' in part) table = part.table.name;
    else rows++;
    if (rows % 1_000 === 0) onProgress(table, rows);
    yield sealed('row' in part ? `${part.row}\n` : `${JSON.stringify(['table', part.table])}\n`);
  }
  const sha256 = hash.digest('hex');
  const end = {
    rows,
    sha256,
    key: key.id,
    publicKey: key.publicKey,
    signature: key.sign(signedContent({ rows, sha256 })),
  };
  onEnd(end);
  yield `${JSON.stringify(['end', end])}\n`;
}

async function* gathered(lines: AsyncIterable<string>): AsyncGenerator<string, void> {
  let chunk = '';
  for await (const line of lines) {
    chunk += line;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

/** In words that every schema since the first has: a backup is also made just before one is brought up to date. */
function recordBackup(address: DatabaseAddress, { rows, sha256 }: WrittenBackup) {
  return workAsOwner(address, (db) =>
    db.execute(sql`
      insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome, detail)
      select now(), id, 'system', 'operator', 'backup.create', 'ok', ${JSON.stringify({ rows, sha256 })}::jsonb from tenants`),
  );
}
