import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  displayPrefix,
  findSecrets,
  newSecret,
  parseSecret,
  randomBase62,
  redactSecrets,
} from '#server/core/secrets/format.ts';
import { secretKinds } from '#server/core/secrets/schema.ts';

const anySecret = fc.constantFrom(...secretKinds).map((kind) => newSecret(kind));
const base62Character = fc.stringMatching(/^[0-9A-Za-z]$/);

test('a new secret is its kind, 32 random characters and a checksum, and reads back as what it is', () => {
  for (const kind of secretKinds) {
    const text = newSecret(kind).reveal();
    assert.match(text, new RegExp(`^kw_${kind}_[0-9A-Za-z]{38}$`));
    assert.equal(parseSecret(text)?.kind, kind);
  }
});

test('the checksum is the CRC-32 of what stands before it, in base62', () => {
  const stem = `kw_pat_${'0'.repeat(32)}`;
  // Worked out with Python's zlib: 0xdae28870.
  assert.ok(parseSecret(`${stem}40WVYu`));
  assert.equal(parseSecret(`${stem}000000`), undefined);
});

test('a secret with any one character changed is refused', () => {
  fc.assert(
    fc.property(anySecret, fc.nat({ max: 37 }), base62Character, (secret, position, replacement) => {
      const text = secret.reveal();
      const at = 'kw_pat_'.length + position;
      fc.pre(text[at] !== replacement);
      assert.equal(parseSecret(text.slice(0, at) + replacement + text.slice(at + 1)), undefined);
    }),
  );
});

test('nothing but the exact form is taken for a secret', () => {
  const text = newSecret('pat').reveal();
  for (const wrong of [
    '',
    'x',
    ` ${text}`,
    `${text}\n`,
    `${text}0`,
    text.slice(0, -1),
    text.replace('kw_pat', 'kw_abc'),
  ]) {
    assert.equal(parseSecret(wrong), undefined, JSON.stringify(wrong));
  }
});

test('random characters are drawn evenly', () => {
  const counts = new Map<string, number>();
  for (const character of randomBase62(62_000)) counts.set(character, (counts.get(character) ?? 0) + 1);
  assert.equal(counts.size, 62);
  // 1,000 each on average with a standard deviation of 31; 200 off is beyond six of them.
  for (const [character, count] of counts) assert.ok(Math.abs(count - 1_000) < 200, `${character}: ${count}`);
});

test('what is shown of a secret is its kind and eight characters', () => {
  const secret = newSecret('pat');
  assert.equal(displayPrefix(secret), secret.reveal().slice(0, 15));
});

test('secrets are found in a text by form and checksum', () => {
  const [one, other] = [newSecret('pat'), newSecret('key')];
  const forged = `${one.reveal().slice(0, -1)}${one.reveal().endsWith('0') ? '1' : '0'}`;
  const found = findSecrets(`a=${one.reveal()} "${other.reveal()}", ${forged}`);
  assert.deepEqual(
    found.map((secret) => secret.reveal()),
    [one.reveal(), other.reveal()],
  );
});

test('whatever looks like a secret is blotted out of a text', () => {
  const redacted = redactSecrets(`GET /x?t=${newSecret('pat').reveal()}&y`);
  assert.equal(redacted, 'GET /x?t=kw_pat_[secret]&y');
});
