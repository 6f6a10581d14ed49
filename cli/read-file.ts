import { readFileSync } from 'node:fs';
import { usage } from './client/errors.ts';

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
};

/** The text of a file that was named. `said` is what an error calls it. */
export function readNamedFile(file: string, said = file): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw usage(`${said} cannot be read: ${reasons[code] ?? code}.`);
  }
}
