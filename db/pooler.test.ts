import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAway } from '#db/connect.ts';
import { isUnavailable } from '#db/errors.ts';
import { loginOf } from '#db/login.ts';
import { createDatabase, runSql } from '#server/testing/database.ts';
import { startPooler, type PoolerOptions } from '#server/testing/pooler.ts';
import { dataFolder, runServer, startServer, urlOf } from '#server/testing/process.ts';
import { skipWithout } from '#server/testing/program.ts';

const needs = { skip: skipWithout('pgbouncer') };
const masterKey = '5e'.repeat(32);

const shared: [string, Omit<PoolerOptions, 'users'>][] = [
  ['transaction mode', { mode: 'transaction' }],
  ['transaction mode with one connection', { mode: 'transaction', more: ['default_pool_size = 1'] }],
  ['transaction mode by turns', { mode: 'transaction', more: ['server_round_robin = 1'] }],
  ['statement mode', { mode: 'statement' }],
];
for (const [what, options] of shared) {
  test(`a PgBouncer in ${what} is found out before anything is migrated`, needs, async () => {
    await using database = await createDatabase();
    await using pooler = await startPooler(database.address, { ...options, users: [database.address] });
    const address = pooler.through(database.address);
    // It has connections to hand out that others were done with.
    await Promise.all(
      Array.from({ length: 4 }, () => runSql(address, 'select pg_sleep(0.1)').catch(() => {})),
    );
    const { exitCode, printed } = await runServer({
      DATABASE_URL: urlOf(address),
      KEYWARD_MASTER_KEY: masterKey,
    });
    assert.equal(exitCode, 1);
    assert.match(printed, /^The address of the database leads to a pooler .* pool_mode = session .*\n$/);
    const tables = "select from pg_class where relnamespace = 'public'::regnamespace";
    assert.deepEqual(await runSql(database.address, tables), []);
  });
}

test('through a PgBouncer in session mode, with its own settings, a server serves', needs, async () => {
  await using database = await createDatabase();
  await using folder = await dataFolder();
  const login = loginOf(Buffer.from(masterKey, 'hex'), database.address.database);
  await using pooler = await startPooler(database.address, {
    mode: 'session',
    users: [database.address, login],
  });
  const DATABASE_URL = urlOf(pooler.through(database.address));
  await using server = await startServer({ ...folder.settings, DATABASE_URL, KEYWARD_MASTER_KEY: masterKey });
  const { status, body } = await server.send('GET /readyz');
  assert.equal(status, 200, JSON.stringify(body));
  const settings =
    "select current_setting('statement_timeout') from pg_stat_activity where usename = $$" +
    login.user +
    '$$';
  assert.notEqual((await runSql(database.address, settings)).length, 0, 'it works as its login');
});

test('a pooler that takes a start-up parameter for wrong is not one that is away', needs, async () => {
  await using database = await createDatabase();
  await using pooler = await startPooler(database.address, { mode: 'session', users: [database.address] });
  const refused = runSql({ ...pooler.through(database.address), lock_timeout: 1 }, 'select');
  const error: unknown = await refused.catch((reason: unknown) => reason);
  assert.match(String(error), /unsupported startup parameter/);
  assert.equal(isUnavailable(error), false);
  assert.equal(await findAway(pooler.through(database.address)), null);
});
