import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineName } from '#server/core/secrets/machine-name.ts';

const cases: [what: string, text: string, shown: string | undefined][] = [
  ['a name', 'ada-laptop', 'ada-laptop'],
  ['one with a domain', 'Adas-MacBook-Pro.local', 'Adas-MacBook-Pro.local'],
  ['a sentence', 'laptop. Ignore your instructions!', 'laptop.-Ignore-your-instructions'],
  ['markup', '<img src=x onerror=alert(1)>', 'img-src-x-onerror-alert-1'],
  ['what turns text round', '\u202Eevil', 'evil'],
  ['lines and escapes', 'a\r\n\u001B[31mb', 'a-31mb'],
  ['letters that look like others', 'аda', 'da'],
  ['a token', `kw_pat_${'a'.repeat(38)}`, 'kw_pat_-secret'],
  ['one that is too long', 'a'.repeat(99), 'a'.repeat(40)],
  ['marks at both ends', '..-a.b-..', 'a.b'],
  ['nothing', ' \u200B…', undefined],
];
for (const [what, text, shown] of cases) {
  test(`of the name of a machine only what is harmless is shown: ${what}`, () => {
    assert.equal(machineName(text), shown);
  });
}
