import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zOf } from './rank-test.ts';

test('ranks that chance would give are near, and others are not', () => {
  const times = Array.from({ length: 100 }, (_, n) => n);
  const between = times.map((ms) => ms + 0.5);
  assert.ok(Math.abs(zOf(times, between)) < 0.2);
  assert.ok(
    zOf(
      times,
      times.map((ms) => ms + 50.5),
    ) < -6,
  );
  assert.equal(zOf([1, 2], [3, 4]), -2 / Math.sqrt((4 * 5) / 12));
});
