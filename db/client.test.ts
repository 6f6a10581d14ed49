import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertWorksAs, openDatabase, openPool } from '#db/client.ts';
import { isUnavailable } from '#db/errors.ts';
import { cloneDatabase } from '#server/testing/database.ts';
import { openFaultProxy } from '#server/testing/fault-proxy.ts';

const role = 'keyward_app';
const options = { size: 1, role, onError: () => {} };

test('a pool works as the role it is given', async () => {
  await using database = await cloneDatabase();
  const pool = openPool(database.address, options);
  await assertWorksAs(pool, role);
  await assert.rejects(pool.query('delete from audit_events'), /permission denied/);
  await pool.end();
});

test('a pool whose address has options of its own, in place of ours, is found out', async () => {
  await using database = await cloneDatabase();
  const { host, port, user, password, database: name } = database.address;
  const where = `host=${encodeURIComponent(host)}&port=${port}&options=-c%20search_path%3Dpublic`;
  const pool = openPool(`postgres://${user}:${encodeURIComponent(password)}@/${name}?${where}`, options);
  await assert.rejects(assertWorksAs(pool, role), /used as keyward, not as keyward_app/);
  await pool.end();
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
