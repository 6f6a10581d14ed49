import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertJsonBounded } from '#server/doors/http/json-bounds.ts';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const list = (length: number, item = '1') => `[${Array<string>(length).fill(item).join()}]`;

const bodies: [what: string, text: string, isBounded: boolean][] = [
  ['20 levels', nested(20), true],
  ['21 levels', nested(21), false],
  ['objects, 21 levels', `${'{"a":'.repeat(21)}1${'}'.repeat(21)}`, false],
  ['many lists beside each other', list(900, '[]'), true],
  ['brackets in a string', JSON.stringify('['.repeat(100)), true],
  ['brackets behind an escaped quote', JSON.stringify(`\\"${'['.repeat(100)}`), true],
  ['brackets behind an escaped backslash', `"\\\\"${'['.repeat(21)}`, false],
  ['brackets between characters of several bytes', JSON.stringify(`é漢🙂${'['.repeat(100)}é`), true],
  ['a name with brackets', `{"${'['.repeat(100)}":1}`, true],
  ['1,000 items', list(1_000), true],
  ['1,001 items', list(1_001), false],
  ['1,001 fields', `{${Array.from({ length: 1_001 }, (_, n) => `"f${n}":1`).join()}}`, false],
  ['commas in a string', JSON.stringify(','.repeat(5_000)), true],
  ['20,000 values', list(20, list(999)), true],
  ['more values', list(25, list(999)), false],
  ['half a string', '"\\', true],
  ['brackets the wrong way round', ']]]]', true],
  ['nothing', '', true],
];
for (const [what, text, isBounded] of bodies) {
  test(`JSON with ${what} ${isBounded ? 'may be parsed' : 'is refused before it is parsed'}`, () => {
    const json = Buffer.from(text);
    if (isBounded) assertJsonBounded(json);
    else assert.throws(() => assertJsonBounded(json), { code: 'validation_failed' });
  });
}

test('to look at the largest body costs a small part of what parsing it would', () => {
  const text = '['.repeat(1_048_576);
  // The least of a few runs: other load only adds to it.
  const least = (run: () => void) =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        const started = performance.now();
        assert.throws(run);
        return performance.now() - started;
      }),
    );
  const parsing = least(() => void JSON.parse(text));
  assert.ok(least(() => assertJsonBounded(Buffer.from(text))) < parsing / 5);
});
