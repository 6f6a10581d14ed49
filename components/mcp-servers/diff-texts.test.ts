import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffTexts } from './diff-texts.ts';

const cases: [before: string, after: string, parts: string][] = [
  ['', '', ''],
  ['a b c', 'a b c', '=a b c'],
  ['', 'a b', '+a b'],
  ['a b', '', '-a b'],
  ['a b c', 'a x c', '=a -b +x =c'],
  ['a b c d', 'a c d e', '=a -b =c d +e'],
  ['a a a', 'a a', '=a a -a'],
  ['x a y a', 'a y b a', '-x =a y +b =a'],
];
const wordsOf = (text: string) => text.split(' ').filter(Boolean);
const marks = { same: '=', removed: '-', added: '+' };

for (const [before, after, parts] of cases)
  test(`"${before}" becomes "${after}": ${parts || 'nothing'}`, () => {
    const found = diffTexts(wordsOf(before), wordsOf(after));
    assert.equal(found.map(({ kind, tokens }) => marks[kind] + tokens.join(' ')).join(' '), parts);
  });

test('what is too long to be compared counts as replaced, and its ends that stayed do not', () => {
  const long = (word: string) => Array.from({ length: 5_000 }, (_, index) => `${word}${index}`);
  const started = performance.now();
  const found = diffTexts(['begin', ...long('a'), 'end'], ['begin', ...long('b'), 'end']);
  assert.ok(performance.now() - started < 1_000);
  assert.deepEqual(
    found.map(({ kind, tokens }) => [kind, tokens.length]),
    [
      ['same', 1],
      ['removed', 5_000],
      ['added', 5_000],
      ['same', 1],
    ],
  );
});
