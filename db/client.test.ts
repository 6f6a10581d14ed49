import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { openDatabase, openPool } from '#db/client.ts';
import { isUnavailable } from '#db/errors.ts';
import { cloneDatabase } from '#server/testing/database.ts';
import { openFaultProxy } from '#server/testing/fault-proxy.ts';

const options = { size: 1, onError: () => {} };

test('what an address, a role or a database says of sessions has no effect on ours', async () => {
  await using database = await cloneDatabase();
  const { host, port, user, password, database: name } = database.address;
  const owner = new pg.Client(database.address);
  await owner.connect();
  for (const setting of [
    "search_path = 'app'",
    "default_transaction_isolation = 'serializable'",
    "datestyle = 'SQL, DMY'",
    'transform_null_equals = on',
    'array_nulls = off',
    'idle_session_timeout = 1000',
    'transaction_timeout = 2000',
  ])
    await owner.query(`alter database ${name} set ${setting}`);
  await owner.end();
  const where = `host=${encodeURIComponent(host)}&port=${port}`;
  const odd =
    'statement_timeout=1&lock_timeout=1&query_timeout=1&application_name=psql&options=-c%20search_path%3Dapp';
  const url = `postgres://${user}:${encodeURIComponent(password)}@/${name}?${odd}&${where}`;
  for (const address of [database.address, url]) {
    const pool = openPool(address, options);
    const settings =
      'search_path default_transaction_isolation datestyle statement_timeout lock_timeout application_name ' +
      'transform_null_equals array_nulls idle_session_timeout transaction_timeout';
    const { rows } = await pool.query(
      'select array_agg(current_setting(name) order by at) as found from unnest($1::text[]) with ordinality as wanted (name, at)',
      [settings.split(' ')],
    );
    assert.deepEqual(rows, [
      {
        found: [
          'public, pg_temp',
          'read committed',
          'ISO, YMD',
          '1500ms',
          '1500ms',
          `keyward ${process.pid}`,
          'off',
          'on',
          '0',
          '0',
        ],
      },
    ]);
    await pool.end();
  }
});

// Takes two seconds: that long a database may be silent before it counts as away.
test('transactions over a line that went dead end within two seconds, and cost the pool nothing', async () => {
  await using database = await cloneDatabase();
  const { host, port } = database.address;
  await using proxy = await openFaultProxy(`${host}/.s.PGSQL.${port}`);
  const address = { ...database.address, host: '127.0.0.1', port: proxy.port };
  const pool = openPool(address, { ...options, size: 2 });
  const db = openDatabase(pool);
  const read = () => db.transaction((tx) => tx.execute('select 1'));
  await Promise.all([read(), read()]);

  const reached = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const inTheMiddle = db.transaction(async (tx) => {
    reached.resolve();
    await gone.promise;
    return tx.execute('select 1');
  });
  await reached.promise;
  proxy.swallow();
  gone.resolve();
  const started = performance.now();
  const ended = await Promise.allSettled([inTheMiddle, ...Array.from({ length: 8 }, read)]);
  assert.ok(ended.every((end) => end.status === 'rejected' && isUnavailable(end.reason)));
  const tookMs = performance.now() - started;
  // Whoever asks a connection again that fell silent waits twice 1.7 seconds.
  assert.ok(tookMs < 3_000, `${tookMs} ms`);

  await proxy.mend();
  await Promise.all([read(), read(), read()]);
  await pool.end();
});
