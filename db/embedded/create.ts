import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Account } from './binaries.ts';
import { codeOf, EmbeddedPostgresError } from './error.ts';

const execute = promisify(execFile);

export interface Passwords {
  /** Unique, and on the command line of every process of this cluster: that is how we know them again. */
  name: string;
  superuser: string;
  keyward: string;
}

interface Draft {
  home: string;
  programs: string;
  account: Account | undefined;
  mayCreateDatabases?: boolean;
  say: (line: string) => void;
  settings?: Record<string, string>;
}

/** Makes a cluster beside its place and moves it there: a crash leaves a whole one or none. */
export async function createCluster(draft: Draft): Promise<void> {
  draft.say('Creating the database …');
  await clearLeftovers(draft.home);
  const temporary = `${draft.home}.new-${process.pid}`;
  const files = path.join(temporary, 'cluster');
  await mkdir(files, { recursive: true, mode: 0o700 });
  if (draft.account) await chown(files, draft.account.uid, draft.account.gid);
  const passwords = { name: `keyward-${newSecret(4)}`, superuser: newSecret(24), keyward: newSecret(24) };
  await initialize(files, draft, passwords);
  await writeFile(path.join(temporary, 'passwords.json'), JSON.stringify(passwords), {
    mode: 0o600,
    flush: true,
  });
  await moveIntoPlace(temporary, draft.home);
}

/** Throws `EmbeddedPostgresError` where we run as a bare number, which PostgreSQL's programs take for nobody. */
export function assertNamed(): void {
  try {
    os.userInfo();
  } catch {
    throw new EmbeddedPostgresError(
      `PostgreSQL needs a user with a name, and Keyward runs as the number ${process.getuid?.()}, which has none in /etc/passwd. ` +
        'Run it as a user who has one, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
}

const newSecret = (bytes: number) => randomBytes(bytes).toString('hex');

/** Removes what a killed start left half-made, but not what another one is making right now. */
async function clearLeftovers(home: string): Promise<void> {
  const folder = path.dirname(home);
  const drafts = (await readdir(folder)).filter((name) => name.startsWith(`${path.basename(home)}.new-`));
  const dead = drafts.filter((name) => !isRunning(Number(name.split('-').at(-1))));
  await Promise.all(dead.map((name) => rm(path.join(folder, name), { recursive: true, force: true })));
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function initialize(files: string, draft: Draft, passwords: Passwords): Promise<void> {
  const program = { files, programs: draft.programs, account: draft.account };
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-locale'];
  const noSync = draft.settings?.['fsync'] === 'off' ? ['--no-sync'] : [];
  await runProgram('initdb', ['--username=postgres', '--auth=trust', ...locale, ...noSync], program);
  await writeFile(path.join(files, 'pg_hba.conf'), 'local all all scram-sha-256\n');
  const right = draft.mayCreateDatabases ? 'createdb' : '';
  await runProgram('postgres', ['--single', ...settingFlags(draft.settings), 'postgres'], {
    ...program,
    input: [
      `alter role postgres password '${passwords.superuser}';`,
      `create role keyward login createrole ${right} password '${passwords.keyward}';`,
      'create database keyward owner keyward;',
      'revoke connect on database postgres, template1 from public;',
    ],
  });
}

export function settingFlags(settings: Record<string, string> = {}): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

interface Program {
  files: string;
  programs: string;
  account: Account | undefined;
  input?: string[];
}

/**
 * How a program of PostgreSQL is started: in its data folder, which it is told to use as the folder it stands in.
 * Its user then needs no right to enter the folders above, a home that is 0700 among them.
 */
export function programOptions({ files, account }: Pick<Program, 'files' | 'account'>) {
  const folder = process.platform === 'linux' ? '/proc/self/cwd' : files;
  // Next's types claim that every environment has a NODE_ENV.
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' } as object as NodeJS.ProcessEnv;
  return { folder, options: { cwd: files, env, ...account } };
}

async function runProgram(name: string, [first = '', ...rest]: string[], program: Program): Promise<void> {
  const { folder, options } = programOptions(program);
  const running = execute(path.join(program.programs, name), [first, '-D', folder, ...rest], options);
  running.child.stdin?.end(program.input?.map((line) => `${line}\n`).join(''));
  const { stderr } = await running.catch((error: Error) => ({ stderr: `FATAL: ${error.message}` }));
  const problem = /(?:ERROR|FATAL|PANIC): .*/s.exec(stderr);
  if (problem)
    throw new EmbeddedPostgresError(`The database could not be created. ${name} says: ${problem[0].trim()}`);
}

async function moveIntoPlace(temporary: string, home: string): Promise<void> {
  try {
    await rename(temporary, home);
    await using folder = await open(path.dirname(home));
    await folder.sync();
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    await rm(temporary, { recursive: true, force: true });
  }
}
