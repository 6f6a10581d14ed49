import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import pg from 'pg';
import { openDatabaseClock } from '#db/clock.ts';
import { testAddress } from '#server/testing/cluster.ts';

test('the time is the database’s, also when this machine’s clock is days off', async () => {
  const pool = new pg.Pool(testAddress());
  const truth = Date.now();
  mock.timers.enable({ apis: ['Date'], now: truth + 2 * 86_400_000 });
  const clock = await openDatabaseClock(pool, () => {});
  assert.ok(Math.abs(Date.now() - truth) > 86_400_000, 'the machine is wrong');
  assert.ok(Math.abs(clock.now().getTime() - truth) < 5_000, 'the clock is right');
  mock.timers.setTime(truth - 2 * 86_400_000);
  assert.ok(Math.abs(clock.now().getTime() - truth) < 5_000, 'and stays right when the machine jumps');
  mock.timers.reset();
  clock.close();
  await pool.end();
});
