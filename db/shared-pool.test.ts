import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSharedPool } from '#db/client.ts';
import { isOwnDoing, isUnavailable } from '#db/errors.ts';
import { actFor } from '#db/turns.ts';
import { cloneDatabase } from '#server/testing/database.ts';

const options = { size: 8, role: 'keyward_app', onError: () => {} };
const party = (key: string) => ({ key, isKnown: true });

test('who asks for many connections at once keeps nobody else from one', async () => {
  await using database = await cloneDatabase();
  const { pool, turns } = openSharedPool(database.address, options);
  let done = 0;
  const greedy = Array.from({ length: 30 }, () =>
    actFor(party('greedy'), () => pool.query('select pg_sleep(0.01)').then(() => done++)),
  );
  await actFor(party('other'), async () => {
    await pool.query('select 1');
    const client = await pool.connect();
    client.release();
  });
  assert.ok(done < 15, `${done} of 30 came first`);
  assert.equal(pool.totalCount, 3);
  await Promise.allSettled(greedy);
  assert.deepEqual([turns.held(), turns.waiting()], [0, 0]);
  await pool.end();
});

test('who waits too long behind themselves is told so, and behind what hangs that there is no database', async () => {
  await using database = await cloneDatabase();
  const { pool, turns } = openSharedPool(database.address, { ...options, size: 1 });
  const ask = (seconds: number) => actFor(party('a'), () => pool.query(`select pg_sleep(${seconds})`));
  const hung = await pool.connect();
  const behind = await ask(0).catch((error: unknown) => error);
  assert.deepEqual([isUnavailable(behind), isOwnDoing(behind)], [true, false]);
  hung.release();
  const slow = await Promise.allSettled(Array.from({ length: 14 }, () => ask(0.5)));
  const refused = slow.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  assert.ok(refused.length > 0 && refused.every(isOwnDoing), String(refused));
  await assert.rejects(pool.query('select nonsense'), /nonsense/);
  await ask(0);
  assert.equal(turns.held(), 0);
  await pool.end();
});
