import { readFileSync } from 'node:fs';
import { usage } from './client/errors.ts';

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
};

/** The text in a file's bytes, without the mark that some editors put before it; in UTF-16 where the mark says so. */
export function decodeText(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}

/** The text of a file that was named. `said` is what an error calls it. */
export function readNamedFile(file: string, said = file): string {
  try {
    return decodeText(readFileSync(file));
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw usage(`${said} cannot be read: ${reasons[code] ?? code}.`);
  }
}
