import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, spanOf, until, validity } from './times.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const at = (offset: number) => new Date(now + offset).toISOString();

test('a span is told in the unit that fits it', () => {
  const cases: [number, string][] = [
    [0, 'less than a minute'],
    [20_000, 'less than a minute'],
    [minute, '1 minute'],
    [59 * minute, '59 minutes'],
    [hour, '1 hour'],
    [25 * hour, '1 day'],
    [89.99 * day, '90 days'],
    [200 * day, '7 months'],
    [800 * day, '2 years'],
  ];
  for (const [length, told] of cases) assert.equal(spanOf(length), told);
});

test('what was and what will be is told from where the reader is', () => {
  assert.deepEqual(
    [null, at(-1_000), at(-3 * hour)].map((time) => ago(time, now)),
    ['never', 'just now', '3 hours ago'],
  );
  assert.deepEqual(
    [null, at(5 * day), at(-5 * day)].map((time) => until(time, now)),
    ['never', 'in 5 days', '5 days ago'],
  );
});

test('a validity names the day and how long that is', () => {
  assert.equal(validity({ expiresAt: at(90 * day) }, now), 'valid until 2027-02-20 (90 days)');
  assert.equal(validity({ expiresAt: at(-2 * day) }, now), 'expired on 2026-11-20 (2 days ago)');
  assert.equal(validity({ expiresAt: null }, now), 'valid, never expires');
});

test('a secret that a rotation replaced says until when it works', () => {
  const replaced = (ms: number) => validity({ expiresAt: at(ms), isReplaced: true }, now);
  assert.match(replaced(60_000), /^rotated: this secret works until \d\d:\d\d$/);
  assert.match(replaced(7 * day), /^rotated: this secret works until 2026-11-29 \d\d:\d\d$/);
});
