import { openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, stat, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Account, findSystemAccount, findBinaries } from './binaries.ts';
import { assertNamed, createCluster, type Passwords } from './create.ts';
import { codeOf, EmbeddedPostgresError } from './error.ts';

export interface Cluster extends Passwords {
  dataFolder: string;
  /** What PostgreSQL owns. */
  files: string;
  log: string;
  socketFolder: string;
  programs: string;
  account: Account | undefined;
  settings: Record<string, string>;
}

export interface ClusterOptions {
  dataFolder: string;
  say: (line: string) => void;
  /** PostgreSQL settings, such as `{ fsync: 'off' }`. */
  settings?: Record<string, string>;
  /** Lets the role `keyward` create databases, for tests. Counts when the cluster is made. */
  mayCreateDatabases?: boolean;
  /** Refuses a folder that holds no database, and makes nothing in it. */
  isThere?: boolean;
}

/** Finds the cluster below `dataFolder`, or makes it. What is there is whole, whenever we were killed. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const dataFolder = path.resolve(options.dataFolder);
  const home = path.join(dataFolder, 'postgres');
  const files = path.join(home, 'cluster');
  try {
    const owner = await stat(files).catch(ignoreMissing);
    if (!owner && options.isThere) throw nothingThere(dataFolder);
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    const account =
      owner && process.getuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : await findSystemAccount();
    if (!owner && !account) assertNamed();
    const programs = await findBinaries(account);
    if (!owner) await createCluster({ ...options, home, programs, account });
    const passwords = JSON.parse(await readFile(path.join(home, 'passwords.json'), 'utf8')) as Passwords;
    const socketFolder = await shortenSocketFolder(files);
    const { settings = {} } = options;
    return {
      ...passwords,
      dataFolder,
      files,
      log: path.join(home, 'log'),
      socketFolder,
      programs,
      account,
      settings,
    };
  } catch (error) {
    throw explain(error, dataFolder);
  }
}

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function nothingThere(dataFolder: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `There is no database in ${dataFolder}. Set KEYWARD_DATA to the folder of the server that is meant, or DATABASE_URL ` +
      'to its database. For a new one, start Keyward first.',
  );
}

function explain(error: unknown, dataFolder: string): unknown {
  const code = codeOf(error);
  if (error instanceof EmbeddedPostgresError || !code) return error;
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return new EmbeddedPostgresError(
      `${dataFolder} is not a folder. Set KEYWARD_DATA to one, or remove what is there.`,
      { cause: error },
    );
  return new EmbeddedPostgresError(
    `The database in ${dataFolder} cannot be opened (${code}). ` +
      'Run Keyward as the user who owns this folder, or set KEYWARD_DATA to another one.',
    { cause: error },
  );
}

/** A socket's path has at most 104 bytes on some systems, so a deep folder needs another name. */
export async function shortenSocketFolder(files: string, platform = process.platform): Promise<string> {
  if (Buffer.byteLength(path.join(files, '.s.PGSQL.5432')) <= 100) return files;
  if (platform === 'linux') return `/proc/${process.pid}/fd/${openSync(files, 'r')}`;
  const link = path.join(await mkdtemp(path.join(os.tmpdir(), 'keyward-')), 'db');
  await symlink(files, link);
  return link;
}
