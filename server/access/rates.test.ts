import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalRates, type RateTaken } from '#server/access/rates.ts';

const limit = { perSecond: 10, atOnce: 20 };

function openRates() {
  let at = 1_000;
  const rates = createLocalRates(() => at);
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
