import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The `package.json` of the npm package. */
export interface Manifest {
  name: string;
  version: string;
}

export interface HandoutFile {
  body: Buffer;
  sha256: string;
}

/** The command line that was built with this server. */
export interface Bundle {
  manifest: Manifest;
  tarball: HandoutFile;
  program: HandoutFile;
}

/** Reads what `npm run build` made, to be kept: it changes with the server only. Undefined where nothing was built. */
export async function readBundle(folder: string | undefined): Promise<Bundle | undefined> {
  if (folder === undefined) return undefined;
  try {
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
    const tarball = await readHandoutFile(join(folder, 'keyward.tgz'));
    const program = await readHandoutFile(join(folder, 'keyward.mjs'));
    return { manifest, tarball, program };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readHandoutFile(path: string): Promise<HandoutFile> {
  const body = await readFile(path);
  return { body, sha256: hash('sha256', body) };
}
