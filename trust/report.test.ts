import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trustPage, type Result } from '#trust/report.ts';

const result = (id: string, isAsItMust: boolean, without?: string): Result => ({
  promise: { id, name: 'a | bar', threshold: '0' },
  measured: isAsItMust ? '0' : '7',
  isAsItMust,
  seconds: 1,
  ...(without !== undefined && { without }),
});
const facts = (commit: string) => ({ date: '2026-11-22', commit, cores: 2 });
const rowsOf = (page: string) => page.split('\n').filter((line) => line.startsWith('| S'));

test('what is tried again takes the place of its rows, and all others stay with the commit of their own', () => {
  const first = [
    result('S2', false),
    result('S10', true),
    result('S2', true, 'a lock'),
    result('S10', true, 'a look'),
  ];
  const earlier = trustPage(first, facts('aaaaaaa'));
  assert.equal(rowsOf(earlier).length, 4);
  const page = trustPage([result('S2', true), result('S2', true, 'a lock')], facts('bbbbbbb'), earlier);
  assert.deepEqual(rowsOf(page), [
    '| S2 | a \\| bar | 0 | 0 | 1.0 | holds | bbbbbbb |',
    '| S10 | a \\| bar | 0 | 0 | 1.0 | holds | aaaaaaa |',
    '| S2 | a \\| bar | a lock | 0 | fails, as it must | bbbbbbb |',
    '| S10 | a \\| bar | a look | 0 | fails, as it must | aaaaaaa |',
  ]);
});

test('what does not hold is said, and a control that holds too', () => {
  const page = trustPage([result('S1', false), result('S1', false, 'a lock')], facts('aaaaaaa'));
  assert.match(page, /\*\*does not hold\*\*/);
  assert.match(page, /\*\*holds, and must not\*\*/);
});
