import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTime } from '#cli/options.ts';

process.env['TZ'] = 'America/New_York';

const moments: [given: string, meant: string][] = [
  ['2026-11-30', '2026-11-30T05:00:00.000Z'],
  ['2026-07-01', '2026-07-01T04:00:00.000Z'],
  ['2028-02-29', '2028-02-29T05:00:00.000Z'],
  ['2026-11-30T09:30', '2026-11-30T14:30:00.000Z'],
  ['2026-11-30 09:30:05', '2026-11-30T14:30:05.000Z'],
  ['2026-11-30T09:30:05.250Z', '2026-11-30T09:30:05.250Z'],
  ['2026-11-30T09:30+02:00', '2026-11-30T07:30:00.000Z'],
];
test('a day or a moment is the reader’s, unless it says its offset', () => {
  for (const [given, meant] of moments) assert.equal(readTime(given), meant, given);
});

test('how long ago counts from now', () => {
  for (const [given, milliseconds] of [
    ['30m', 1_800_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
  ] as const)
    assert.ok(Math.abs(Date.now() - milliseconds - Date.parse(readTime(given))) < 5_000, given);
});

const nonsense = [
  '2026-02-30',
  '2026-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-11-00',
  '12',
  '1',
  '',
  '24',
  'x',
];
const forms = [
  '2026-11',
  '2026-11-30T25:00',
  '2026-11-30T09',
  '2026-11-30T09:30PM',
  '11/30/2026',
  'Nov 30',
  '0000-01-01',
];
test('what no calendar has, and what could mean several days, is refused', () => {
  for (const given of [...nonsense, ...forms])
    assert.throws(() => readTime(given), { message: /^Say a date such as/ }, given);
});
