import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCountWindow } from '#server/core/rate-limits/count-window.ts';

const at = (ms: number) => new Date(1_000_000 + ms);

test('what happens within a window is counted by key, and a window begins with the first time', () => {
  const window = createCountWindow({ windowMs: 100, limit: 10 });
  assert.deepEqual(
    [window.count('a', at(0)), window.count('a', at(60)), window.count('a', at(99))],
    [1, 2, 3],
  );
  assert.equal(window.count('b', at(99)), 1);
  assert.deepEqual([window.count('a', at(100)), window.count('a', at(199))], [1, 2]);
});

test('what is forgotten begins anew', () => {
  const window = createCountWindow({ windowMs: 100, limit: 10 });
  window.count('a', at(0));
  window.forget('a');
  assert.equal(window.count('a', at(1)), 1);
});

test('of more keys than are kept the one that began first is forgotten, and no other', () => {
  const window = createCountWindow({ windowMs: 100, limit: 2 });
  window.count('a', at(0));
  window.count('b', at(1));
  // Its second window: it is the younger one now.
  window.count('a', at(100));
  window.count('c', at(100));
  assert.deepEqual([window.count('a', at(100)), window.count('c', at(100))], [2, 2]);
  assert.equal(window.count('b', at(100)), 1);
});
