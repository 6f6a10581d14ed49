import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clean, cleanJson, fit, widthOf, wrap } from './text.ts';

test('nothing in a printed name can move the cursor, colour, hide or turn round', () => {
  assert.equal(clean('a\u001B[31mred\u001B[0m'), 'a[31mred[0m');
  assert.equal(clean('one\r\ntwo\tthree'), 'one  two three');
  assert.equal(clean('a\u009B2Jb\u202Ec\u200Bd\u2028e\u0007'), 'a2Jbcd e');
  assert.equal(clean('می\u200Cخواهم 👩\u200D💻 née'), 'می\u200Cخواهم 👩\u200D💻 née');
});

test('nothing in JSON can either, and it still says the same', () => {
  const value = { name: 'a\u001B[31m\u009B2J\u202E\u{E0041}👩\u200D💻' };
  const text = cleanJson(value);
  assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}|\u202E/u);
  assert.deepEqual(JSON.parse(text), value);
});

test('a text takes as many columns as a terminal gives it', () => {
  assert.deepEqual(
    ['abc', 'née', 'e\u0301', '李', '👩\u200D💻', 'ｆ', '…'].map(widthOf),
    [3, 3, 1, 2, 2, 2, 1],
  );
});

test('a text that does not fit is cut with an ellipsis, never through a character', () => {
  assert.equal(fit('laptop', 6), 'laptop');
  assert.equal(fit('laptops', 6), 'lapto…');
  assert.equal(fit('李李李', 4), '李…');
});

test('text is broken between words, and an address stays whole', () => {
  assert.deepEqual(wrap('go to https://keyward.example.com now', 12), [
    'go to',
    'https://keyward.example.com',
    'now',
  ]);
});
