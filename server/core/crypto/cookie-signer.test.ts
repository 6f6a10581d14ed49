import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createCookieSigner } from '#server/core/crypto/cookie-signer.ts';

const signer = createCookieSigner(randomBytes(32));

test('what was signed is read again, and only for the purpose it was signed for', () => {
  const text = signer.sign('device', { a: 1 });
  assert.match(text, /^[\w-]+\.[\w-]+$/);
  assert.deepEqual(signer.read('device', text), { a: 1 });
  assert.equal(signer.read('oidc', text), undefined);
});

test('what was changed, cut, or signed by another installation is read as nothing', () => {
  const text = signer.sign('device', { a: 1 });
  const [body = '', mark = ''] = text.split('.');
  const other = Buffer.from('{"a":2}').toString('base64url');
  const foreign = createCookieSigner(randomBytes(32)).sign('device', { a: 1 });
  for (const bad of ['', '.', body, `${body}.`, `${other}.${mark}`, `${body}.${mark.slice(1)}`, foreign])
    assert.equal(signer.read('device', bad), undefined, bad);
});
