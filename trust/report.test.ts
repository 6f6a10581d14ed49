import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addEvidence, trustPage, type Result } from '#trust/report.ts';

const result = (id: string, isAsItMust: boolean, without?: string): Result => ({
  promise: { id, name: 'a | bar', threshold: '0' },
  measured: isAsItMust ? '0' : '7',
  isAsItMust,
  seconds: 1,
  ...(without !== undefined && { without }),
});
const facts = (commit: string) => ({ date: '2026-11-22', commit });
const rowsOf = (page: string) => page.split('\n').filter((line) => line.startsWith('| S'));

test('what is tried again takes the place of its rows, and all others stay with the commit of their own', () => {
  const first = [
    result('S2', false),
    result('S10', true),
    result('S2', true, 'a lock'),
    result('S10', true, 'a look'),
  ];
  const earlier = addEvidence([], first, facts('aaaaaaa'));
  assert.deepEqual(
    earlier.map(({ id, holds, controls }) => [id, holds, controls.length]),
    [
      ['S2', false, 1],
      ['S10', true, 1],
    ],
  );
  const later = addEvidence(earlier, [result('S2', true), result('S2', true, 'a lock')], facts('bbbbbbb'));
  assert.deepEqual(rowsOf(trustPage(later)), [
    '| S2 | a \\| bar | holds | 1 | bbbbbbb |',
    '| S10 | a \\| bar | holds | 1 | aaaaaaa |',
  ]);
  assert.deepEqual(later[0]?.controls, [{ without: 'a lock', measured: '0', fails: true, seconds: 1 }]);
});

test('what does not hold is said, and a control that holds too', () => {
  const page = trustPage(
    addEvidence([], [result('S1', false), result('S1', false, 'a lock')], facts('aaaaaaa')),
  );
  assert.match(page, /\*\*does not hold\*\*/);
  assert.match(page, /\*\*0 of 1\*\*/);
});
