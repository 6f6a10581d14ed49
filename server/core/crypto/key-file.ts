import { randomUUID } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '#server/config.ts';

/** Whether anything has this name, were it a link that leads nowhere. Throws `ConfigError`. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw toFault(path, 'read', error);
  }
}

/** What a file of a key holds, of a folder nothing; undefined where there is none. Throws `ConfigError`. */
export function readKeyFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EISDIR') return '';
    throw toFault(path, 'read', error);
  }
}

/** Linked when it is complete: of two servers that make one at once, both read that of the first. Throws `ConfigError`. */
export function makeKeyFile(path: string, text: string): void {
  const draft = `${path}.${randomUUID()}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    linkSync(draft, path);
  } catch (error) {
    if (!isThere(path)) throw toFault(path, 'written', error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function toFault(path: string, verb: string, error: unknown): ConfigError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return new ConfigError(
      `${dirname(path)} is not a folder. Set KEYWARD_DATA to one, or remove what is there.`,
    );
  return new ConfigError(
    `${path} cannot be ${verb} (${code}). Let the user that the server runs as do so, or set KEYWARD_DATA to another folder.`,
  );
}
