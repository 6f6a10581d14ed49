import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefusalPace } from '#server/doors/http/refusal-pace.ts';

function openPace() {
  let now = 1_000_000;
  const pace = createRefusalPace(() => now);
  return {
    pass: (ms: number) => void (now += ms),
    waits: (count: number, key = 'one') => Array.from({ length: count }, () => pace.next(key)),
  };
}

test('fifty refusals come at once, then one each ten milliseconds', () => {
  const { waits } = openPace();
  assert.deepEqual(waits(53), [...Array<number>(50).fill(0), 10, 20, 30]);
  assert.deepEqual(waits(1, 'another'), [0]);
});

test('none is held back for more than a second', () => {
  const { waits } = openPace();
  assert.equal(Math.max(...waits(1_000)), 1_000);
});

test('who pauses hears the next at once', () => {
  const { waits, pass } = openPace();
  waits(60);
  pass(600);
  assert.deepEqual(waits(51), [...Array<number>(50).fill(0), 10]);
});
