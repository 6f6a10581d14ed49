import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { template } from '#server/testing/cluster.ts';
import { dataFolder, ownDatabase } from '#server/testing/process.ts';
import { runScript } from '#server/testing/run-script.ts';

const db = (settings: Record<string, string>, ...args: string[]) => runScript('db.ts', settings, args);

const choices = ['--secrets', 'retire', '--people', 'keep'];

test('a database is backed up into a new file, and restored where it is told what becomes of secrets and people', async () => {
  await using folder = await dataFolder();
  await using source = await ownDatabase(template);
  await using target = await ownDatabase();
  const [from, into] = [source, target].map(({ settings }) => ({ ...settings, ...folder.settings }));
  const file = join(folder.settings.KEYWARD_DATA, 'one.backup');
  assert.ok(from && into);

  const made = await db(from, 'backup', file);
  assert.deepEqual([made.exitCode, made.out], [0, ''], made.told);
  assert.match(
    made.told,
    /^\d+ rows? as of \S+ are in .*one\.backup\.\nSHA-256 of its content: [0-9a-f]{64}\n/,
  );
  const auditKey = join(folder.settings.KEYWARD_DATA, 'audit-key.pem');
  assert.ok(
    made.told.endsWith(
      `\nElsewhere, a restore needs ${auditKey} to trust it: keep copies apart from the backup.\n`,
    ),
    made.told,
  );
  const keys = { KEYWARD_AUDIT_KEY_FILE: auditKey, KEYWARD_MASTER_KEY: '5e'.repeat(32) };
  const given = await db({ ...from, ...keys }, 'backup', `${file}.given`);
  assert.match(
    given.told,
    /needs KEYWARD_AUDIT_KEY to trust it, and KEYWARD_MASTER_KEY for --secrets keep: [^\n]+\n$/,
  );
  const again = await db(from, 'backup', file);
  assert.deepEqual([again.exitCode, again.told], [1, `${file} is there already. Name a new file.\n`]);

  const restored = await db(into, 'restore', file, ...choices);
  assert.deepEqual([restored.exitCode, restored.out], [0, ''], restored.told);
  assert.match(restored.told, /Restored \d+ rows? of/);
  assert.match(
    restored.told,
    /Nobody has a password now\. .*:\n {2}With the same DATABASE_URL: npm run admin -- reset-password/,
  );
  assert.match(restored.told, /People are as of \S+: look through who has access/);
  const full = await db(into, 'restore', file, ...choices);
  assert.equal(full.exitCode, 1);
  assert.match(full.told, /This database is not empty: .*Restore into an empty one/);
});

test('a folder or a database that no server has used is refused by name, and nothing is made in it', async () => {
  await using folder = await dataFolder();
  const missing = { KEYWARD_DATA: join(folder.settings.KEYWARD_DATA, 'mistyped') };
  await using database = await ownDatabase();
  const unused = { ...missing, ...database.settings };
  const link = ['reset-password', '--email', 'ada@example.com', '--link'];
  const backup = ['backup', join(folder.settings.KEYWARD_DATA, 'one.backup')];
  const run = (settings: Record<string, string>) =>
    Promise.all([
      runScript('admin.ts', settings, link),
      runScript('audit.ts', settings, ['verify']),
      runScript('db.ts', settings, backup),
    ]);
  for (const { exitCode, out, told } of await run(missing)) {
    assert.deepEqual([exitCode, out], [1, '']);
    assert.match(told, /^There is no database in .*mistyped\. Set KEYWARD_DATA to [^\n]+\n$/);
  }
  for (const { exitCode, out, told } of await run(unused)) {
    assert.deepEqual([exitCode, out], [1, '']);
    assert.match(told, /^The database \S+ at \S+ holds nothing of Keyward\. Set [^\n]+\n$/);
  }
  assert.deepEqual(await readdir(folder.settings.KEYWARD_DATA), []);
});

test('without a key to sign it nothing is backed up, and the file that should hold one is named', async () => {
  await using folder = await dataFolder();
  await using source = await ownDatabase(template);
  const { KEYWARD_DATA } = folder.settings;
  const key = join(KEYWARD_DATA, 'audit-key.pem');
  await writeFile(key, 'junk');
  const settings = { ...source.settings, ...folder.settings };
  const { exitCode, told } = await db(settings, 'backup', join(KEYWARD_DATA, 'one.backup'));
  assert.equal(exitCode, 1);
  assert.match(told, /^[^\n]+ holds no Ed25519 private key in PEM\. [^\n]+\n$/);
  assert.ok(told.startsWith(key), told);
  assert.deepEqual(await readdir(KEYWARD_DATA), ['audit-key.pem']);
});

test('what is asked for wrongly, or not said where nobody can be asked, does nothing', async () => {
  await using folder = await dataFolder();
  const file = join(folder.settings.KEYWARD_DATA, 'file');
  await writeFile(file, 'something');
  const wrong: [string[], RegExp][] = [
    [['backup'], /^Say backup or restore, and a file\./],
    [['backup', file, '--secrets', 'keep'], /^A backup has no options\./],
    [['restore', file], /^Say --secrets retire or keep, and --people deactivate or keep\./],
    [['restore', file, '--secrets', 'some', '--people', 'keep'], /^Say --secrets/],
    [
      ['restore', file, '--secrets', 'keep', '--people', 'deactivate'],
      /^--people deactivate: name who stays/,
    ],
    [['restore', file, '--quick'], /^Unknown option '--quick'/],
  ];
  // No such database: it is refused before one is looked for.
  const nowhere = { ...folder.settings, DATABASE_URL: 'postgres://nobody:very-secret@127.0.0.1:1/none' };
  const outcomes = await Promise.all(wrong.map(([args]) => db(nowhere, ...args)));
  for (const [at, [args, expected]] of wrong.entries()) {
    const { exitCode, told = '' } = outcomes[at] ?? {};
    assert.equal(exitCode, 2, `${args.join(' ')}: ${told}`);
    assert.match(told, expected);
    assert.match(told, /Usage: npm run db/);
  }
  const damaged = await db(nowhere, 'restore', file, ...choices);
  assert.deepEqual(
    [damaged.exitCode, damaged.told.endsWith('is damaged, or no backup at all.\n')],
    [1, true],
    damaged.told,
  );
  const away = await db(nowhere, 'backup', join(folder.settings.KEYWARD_DATA, 'new'));
  assert.deepEqual(
    [away.exitCode, away.told.startsWith('The database cannot be used: ')],
    [1, true],
    away.told,
  );
  assert.doesNotMatch(away.told, /very-secret/);
});
