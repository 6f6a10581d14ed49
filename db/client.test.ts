import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertWorksAs, openPool } from '#db/client.ts';
import { cloneDatabase } from '#server/testing/database.ts';

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
