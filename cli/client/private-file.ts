import { randomUUID } from 'node:crypto';
import { mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from './errors.ts';

/**
 * Writes what holds a secret: a new file beside it, 0600 from its first byte, put in its place by a rename. Throws where it cannot
 * be written.
 */
export function writePrivateFile(file: string, text: string): void {
  let draft: string | undefined;
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    // A link to a file that is kept elsewhere stays one.
    const target = statSync(file, { throwIfNoEntry: false }) ? realpathSync(file) : file;
    draft = `${target}.${randomUUID()}`;
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    renameSync(draft, target);
  } catch (error) {
    if (draft) rmSync(draft, { force: true });
    throw new CliError('refused', `${file} cannot be written: ${(error as Error).message}.`);
  }
}
