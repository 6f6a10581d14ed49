import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { parseConfig } from '#server/config.ts';
import { createLocalRates, createRates, type RateTaken } from '#server/core/rate-limits/rates.ts';
import { createFakeClock } from '#server/testing/clock.ts';

const limit = { perSecond: 10, atOnce: 20 };

function openRates(maxBuckets?: number) {
  let at = 1_000;
  const rates = createLocalRates(() => at, maxBuckets);
  const take = (key: string, cost?: number) => rates.take(key, limit, cost) as RateTaken;
  return { take, wait: (ms: number) => void (at += ms), [Symbol.dispose]: () => rates.close() };
}

test('a bucket gives what it holds at once, then what a second brings, and never more', () => {
  using rates = openRates();
  const first = Array.from({ length: 25 }, () => rates.take('a'));
  assert.deepEqual(
    first.map(({ allowed }) => allowed),
    [...Array<boolean>(20).fill(true), ...Array<boolean>(5).fill(false)],
  );
  assert.deepEqual(
    first.slice(0, 3).map(({ remaining }) => remaining),
    [19, 18, 17],
  );
  assert.equal(first.at(-1)?.retryInMs, 100);
  rates.wait(100);
  assert.deepEqual([rates.take('a').allowed, rates.take('a').allowed], [true, false]);
  rates.wait(60_000);
  assert.equal(rates.take('a').remaining, 19);
});

test('a call that is refused takes nothing, and a bucket is nobody else’s', () => {
  using rates = openRates();
  assert.equal(rates.take('a', 20).allowed, true);
  for (let call = 0; call < 100; call++) assert.equal(rates.take('a').allowed, false);
  assert.equal(rates.take('b').allowed, true);
  rates.wait(100);
  assert.equal(rates.take('a').allowed, true);
});

test('a cost that is more than a bucket ever holds is refused', () => {
  using rates = openRates();
  assert.equal(rates.take('a', 21).allowed, false);
  assert.equal(rates.take('a', 20).allowed, true);
});

test('a bucket says how full it is and when it will be, also when it refuses', () => {
  using rates = openRates();
  assert.deepEqual(rates.take('a', 5), {
    limit,
    allowed: true,
    remaining: 15,
    fullInMs: 500,
    retryInMs: 0,
  });
  assert.deepEqual(rates.take('a', 18), {
    limit,
    allowed: false,
    remaining: 15,
    fullInMs: 500,
    retryInMs: 300,
  });
});

test('of more buckets than are kept the oldest begins anew, and only when there is no room', () => {
  using rates = openRates(2);
  for (const key of ['a', 'b']) assert.equal(rates.take(key, 20).allowed, true);
  assert.deepEqual([rates.take('b').allowed, rates.take('a').allowed], [false, false]);
  rates.wait(100);
  assert.deepEqual([rates.take('b').allowed, rates.take('a').allowed], [true, true]);
  assert.deepEqual([rates.take('b').allowed, rates.take('a').allowed], [false, false]);
  assert.equal(rates.take('c', 20).allowed, true);
  assert.equal(rates.take('b').allowed, false);
  assert.equal(rates.take('c').allowed, false);
  assert.equal(rates.take('a', 20).allowed, true);
});

test('buckets that are full again are forgotten, so that they push out none that is not', () => {
  using rates = openRates(4);
  rates.take('full later', 20);
  for (let n = 0; n < 30; n++) {
    rates.take(`n${n}`);
    rates.wait(50);
  }
  assert.equal(rates.take('full later', 20).allowed, false);
});

test('where no Redis is configured a server counts for itself, by the clock that it is given', async () => {
  const clock = createFakeClock();
  const rates = createRates(parseConfig({}), clock, pino({ enabled: false }));
  const take = async () => (await rates.take('a', limit, 20)).allowed;
  assert.deepEqual([await take(), await take()], [true, false]);
  clock.advance({ seconds: 2 });
  assert.equal(await take(), true);
  rates.close();
  assert.equal(await take(), true, 'a server that has ended holds nothing');
});
