import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import type { DumpPart } from '#db/dump.ts';
import { assertKnown } from '#db/migrate.ts';
import { canonicalEmail } from '#server/account-schema.ts';
import { linesOf, LongLineError } from '#server/oversight/audit-seals/archive-file.ts';
import type { AuditKey } from '#server/oversight/audit-seals/key.ts';
import {
  backupEnd,
  backupHeader,
  type BackupEnd,
  type BackupHeader,
} from '#server/oversight/backups/schema.ts';

/** Why a backup is not restored, in a sentence. */
export class BackupError extends Error {}

export interface CheckedBackup {
  path: string;
  header: BackupHeader;
  end: BackupEnd;
  /** How many rows there are of each table. */
  tables: Record<string, number>;
  /** What a person who is not deleted is, by their address as it is compared. */
  people: Map<string, 'admin' | 'no admin' | 'deactivated'>;
}

type Entry = DumpPart | { header: BackupHeader } | { end: BackupEnd };

const table = z.strictObject({ name: z.string().min(1), columns: z.array(z.string()).min(1) });
/** Rows begin with `{`; all other lines are one of these. */
const marks = z.union([
  z.tuple([z.literal('keyward backup'), backupHeader]).transform(([, header]) => ({ header })),
  z.tuple([z.literal('table'), table]).transform(([, table]) => ({ table })),
  z.tuple([z.literal('end'), backupEnd]).transform(([, end]) => ({ end })),
]);

const text = z.string().nullish();
const person = z.object({ email: text, role: text, deactivated_at: text, deleted_at: text });

const longestMark = 2 ** 20;

export function signedContent({ rows, sha256 }: Pick<BackupEnd, 'rows' | 'sha256'>): string {
  return JSON.stringify(['keyward backup', 1, rows, sha256]);
}

/** What vouches for a file: a key of this server, or nothing but whoever restores it. */
export interface Voucher {
  key: AuditKey | undefined;
  onTrust: boolean;
}

/**
 * Reads a file to its end, and throws `BackupError` unless it is whole, was signed by a key that this server has or is taken on
 * trust, and is of a schema that it knows.
 */
export async function checkBackup(path: string, voucher: Voucher): Promise<CheckedBackup> {
  let header: BackupHeader | undefined;
  let end: BackupEnd | undefined;
  const tables: Record<string, number> = {};
  const people: CheckedBackup['people'] = new Map();
  let name = '';
  for await (const entry of readEntries(path)) {
    if ('row' in entry) {
      tables[name] = (tables[name] ?? 0) + 1;
      if (name === 'users') notePerson(people, parsePerson(path, entry.row));
    } else if ('table' in entry) ({ name } = entry.table);
    else if ('header' in entry) ({ header } = entry);
    else ({ end } = entry);
  }
  if (!header || !end) throw new BackupError(`${path} is not a backup that this Keyward can read.`);
  assertSigned(path, end, voucher);
  await assertKnown(header.migrations);
  return { path, header, end, tables, people };
}

/** An address may stand in several tenants: it is an admin's where it is one in any. */
function notePerson(
  people: CheckedBackup['people'],
  { email, role, ...ended }: z.infer<typeof person>,
): void {
  const address = email && canonicalEmail(email);
  if (!address || ended.deleted_at || people.get(address) === 'admin') return;
  people.set(address, ended.deactivated_at ? 'deactivated' : role === 'admin' ? 'admin' : 'no admin');
}

/** Read before it is known who wrote it. */
function parsePerson(path: string, row: string): z.infer<typeof person> {
  try {
    return person.parse(JSON.parse(row));
  } catch {
    throw new BackupError(`${path} is not a backup that this Keyward can read.`);
  }
}

/** Throws `BackupError` for an address of which the backup knows no active admin: better than after its rows are in. */
export function assertAdmins({ people, header: { time } }: CheckedBackup, emails: string[]): void {
  for (const email of emails) {
    const found = people.get(canonicalEmail(email));
    if (found === 'admin') continue;
    const fault = found ? `this person is ${found}` : 'nobody has this address';
    throw new BackupError(`--admin ${email}: as of ${time}, ${fault}. Name an active admin.`);
  }
}

/** The tables and rows of a file that was checked. Throws in the end where it is not the same file any more. */
export async function* readParts({ path, end }: CheckedBackup): AsyncGenerator<DumpPart, void> {
  for await (const entry of readEntries(path)) {
    if ('row' in entry || 'table' in entry) yield entry;
    else if ('end' in entry && entry.end.sha256 !== end.sha256)
      throw new BackupError(`${path} was changed while it was read.`);
  }
}

function assertSigned(path: string, end: BackupEnd, { key, onTrust }: Voucher): void {
  const verdict = key?.check(end.key, signedContent(end), end.signature) ?? 'unknown';
  if (verdict === 'bad')
    throw new BackupError(`${path} was changed after it was made: its signature is wrong.`);
  if (verdict === 'unknown' && !onTrust)
    throw new BackupError(
      `${path} was signed with the audit key ${end.key}, which is not here. Put that server's audit-key.pem into the data ` +
        'folder, or set KEYWARD_AUDIT_KEY. If it is lost, --take-on-trust restores what nobody vouches for.',
    );
}

/** Line by line, in constant memory, to a checksum that fits. */
async function* readEntries(path: string): AsyncGenerator<Entry, void> {
  const hash = createHash('sha256');
  let rows = 0;
  let end: BackupEnd | undefined;
  for await (const line of readLines(path)) {
    if (end) throw new BackupError(`${path} goes on behind its end: it was changed after it was made.`);
    const entry = line.startsWith('{') ? { row: line } : parseMark(path, line);
    if ('end' in entry) ({ end } = entry);
    else hash.update(`${line}\n`);
    if ('row' in entry) rows++;
    yield entry;
  }
  if (!end) throw new BackupError(`${path} ends too early: it was cut off.`);
  if (end.rows !== rows || end.sha256 !== hash.digest('hex'))
    throw new BackupError(`${path} was changed after it was made: its checksum is wrong.`);
}

function parseMark(path: string, line: string): Entry {
  try {
    // Taken apart before it is known who wrote it.
    if (line.length > longestMark) throw new RangeError('A mark is too long');
    return marks.parse(JSON.parse(line));
  } catch {
    throw new BackupError(`${path} is not a backup that this Keyward can read.`);
  }
}

async function* readLines(path: string): AsyncGenerator<string, void> {
  try {
    // Whoever stops reading closes the file.
    yield* linesOf(pipeline(createReadStream(path), createGunzip(), () => {}));
  } catch (error) {
    const isTooLong = error instanceof LongLineError;
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw new BackupError(`${path} ends too early: it was cut off.`);
    if (isTooLong || code.startsWith('Z_')) throw new BackupError(`${path} is damaged, or no backup at all.`);
    if (code === 'ENOENT') throw new BackupError(`${path}: there is no such file.`);
    if (code.startsWith('E')) throw new BackupError(`${path} cannot be read (${code}).`);
    throw error;
  }
}
