import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** What a seal has for one month. */
export interface SealedPart {
  number: number;
  from: number;
  to: number;
  count: number;
  root: string;
}

export interface KeptMonth {
  count: number;
  root: string;
  /** Of the file. */
  sha256: string;
}

/** Far above what any row of ours takes. */
const longestLine = 64 * 2 ** 20;

export class LongLineError extends Error {}

/** Writes lines, compressed, for whoever alone writes there. The file is there whole, and on the disk, or not at all. */
export async function writeArchive(path: string, lines: AsyncIterable<string>): Promise<void> {
  const unfinished = `${path}.new`;
  await rm(unfinished, { force: true });
  await writeLines(unfinished, lines);
  await rename(unfinished, path);
  await syncFolder(path);
}

/** As `writeArchive`, whoever else writes there, and never in the place of another file. Throws with the code `EEXIST`. */
export async function writeNewArchive(path: string, lines: AsyncIterable<string>): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.new`;
  try {
    await writeLines(unfinished, lines);
    // Not `rename`, which replaces. Some file systems of sticks and shares know no links.
    await link(unfinished, path).catch(() => copyFile(unfinished, path, constants.COPYFILE_EXCL));
  } finally {
    await rm(unfinished, { force: true });
  }
  await syncFolder(path);
}

async function writeLines(path: string, lines: AsyncIterable<string>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await pipeline(lines, createGzip(), createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(dirname(path));
  await folder.sync();
}

/** Reads a file back and compares it with what was sealed, row by row. Throws where it does not fit. */
export async function checkArchive(path: string, parts: AsyncIterable<SealedPart>): Promise<KeptMonth> {
  const hash = createHash('sha256');
  const kept = await pipeline(
    createReadStream(path),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createGunzip(),
    (text: Readable) => compare(linesOf(text), parts),
  );
  return { ...kept, sha256: hash.digest('hex') };
}

async function compare(lines: AsyncGenerator<string, undefined>, parts: AsyncIterable<SealedPart>) {
  const root = createHash('sha256');
  let count = 0;
  for await (const part of parts) {
    const rows = createHash('sha256');
    for (let left = part.count; left > 0; left--) {
      const { value = '' } = await lines.next();
      rows.update(createHash('sha256').update(value).digest());
    }
    if (rows.digest('hex') !== part.root)
      throw new Error(`The archive does not hold what seal ${part.number} vouches for`);
    count += part.count;
    root.update(`${part.number} ${part.count} ${part.root}\n`);
  }
  if (!(await lines.next()).done) throw new Error('The archive holds more rows than were sealed');
  return { count, root: root.digest('hex') };
}

/**
 * Not `node:readline`: it takes U+2028 for the end of a line too. Throws `LongLineError`: a small file may be one line that
 * unpacks into all of the memory, and who made it is only known at its end.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let line = '';
  for await (const chunk of chunks) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    line += first;
    if (line.length > longestLine) throw new LongLineError('A line is too long');
    for (const other of others) {
      yield line;
      line = other;
    }
  }
  if (line) yield line;
}
