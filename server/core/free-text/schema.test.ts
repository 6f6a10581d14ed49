import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretFreeLine } from '#server/core/free-text/schema.ts';
import { newSecret } from '#server/core/secrets/format.ts';

test('a line that is kept holds no secret of any kind, wherever it stands', () => {
  const line = secretFreeLine(100);
  for (const kind of ['pat', 'key', 'agt', 'set'] as const) {
    const secret = newSecret(kind).reveal();
    for (const text of [secret, `found ${secret} in a log`, `x${secret}x`])
      assert.match(String(line.safeParse(text).error?.issues[0]?.message), /^There is a secret in it/);
    assert.equal(
      line.parse(`found ${secret.slice(0, 15)}… in a log`),
      `found ${secret.slice(0, 15)}… in a log`,
    );
  }
});
