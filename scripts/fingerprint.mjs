import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './workplace.mjs';

/**
 * A hash over the files below `names`, with their paths: the same as long as none of them changes.
 *
 * @param {string[]} names
 */
export function fingerprint(names) {
  const hash = createHash('sha256');
  for (const file of names.flatMap(filesOf).filter(matters)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} name @returns {string[]} */
function filesOf(name) {
  const full = path.join(root, name);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [name];
  const children = readdirSync(full);
  children.sort();
  return children.flatMap((child) => filesOf(path.join(name, child)));
}

/** Of the server only the schemas end up in the browser and the command line. @param {string} file */
function matters(file) {
  return !file.startsWith('server') || path.basename(file) === 'schema.ts';
}
