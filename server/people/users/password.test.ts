import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actFor } from '#db/turns.ts';
import type { AppError } from '#server/errors.ts';
import { assertUncommonPassword, hashPassword, verifyPassword } from '#server/people/users/password.ts';

test('a password is kept as argon2id at OWASP’s parameters, salted each time', async () => {
  const [one, other] = await Promise.all([hashPassword('seven lanterns'), hashPassword('seven lanterns')]);
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(one, other);
});

test('the right password is right, and any other is not', async () => {
  const stored = await hashPassword('seven lanterns');
  assert.deepEqual(await verifyPassword(stored, 'seven lanterns'), { ok: true, stale: false });
  assert.equal((await verifyPassword(stored, 'seven lantern')).ok, false);
  assert.equal((await verifyPassword(stored, '')).ok, false);
});

test('a password is the same however its accents were typed', async () => {
  const stored = await hashPassword('caf\u00e9 au lait');
  assert.equal((await verifyPassword(stored, 'cafe\u0301 au lait')).ok, true);
});

test('no account is never right', async () => {
  assert.deepEqual(await verifyPassword(null, 'seven lanterns'), { ok: false, stale: false });
});

// From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1
test('a hash that another program made is understood, and known to be of other parameters', async () => {
  const stored = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  assert.deepEqual(await verifyPassword(stored, 'password'), { ok: true, stale: true });
});

test('an unreadable hash is an error, not a wrong password', async () => {
  for (const stored of ['', 'x', '$2b$10$abcdefghijklmnopqrstuv', '$argon2id$v=19$m=19456,t=2,p=1$$']) {
    await assert.rejects(verifyPassword(stored, 'x'), { code: 'auth_internal' });
  }
});

test('the passwords that many people use are refused, in any case', () => {
  for (const common of [
    'password',
    'Password1',
    'QWERTY123',
    '12345678',
    'iloveyou',
    'ｐａｓｓｗｏｒｄ１２３',
  ]) {
    assert.throws(
      () => assertUncommonPassword(common, 'ada@example.com'),
      { code: 'validation_failed' },
      common,
    );
  }
  assertUncommonPassword('seven lanterns over the bay', 'ada@example.com');
});

test('one’s own address is no password', () => {
  assert.throws(() => assertUncommonPassword('ADA@example.com', 'ada@example.com'), {
    code: 'validation_failed',
  });
});

const stranger = (key: string) => ({ key, isKnown: false });
const check = () => verifyPassword(null, 'x');

test('a flood of one network waits behind itself, and neither another network nor a known browser behind it', async () => {
  let done = 0;
  const flood = Array.from({ length: 30 }, (_, n) =>
    actFor(stranger(`203.0.113.${n}`), () => check().then(() => done++)),
  );
  await actFor(stranger('198.51.100.7'), check);
  const whenOther = done;
  await actFor({ key: 'a browser', isKnown: true }, check);
  assert.ok(whenOther < 10 && done < 20, `${whenOther} and ${done} of 30 came first`);
  await Promise.allSettled(flood);
});

test('of one network so many may wait, and the others are told to come back', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 230 }, () => actFor(stranger('203.0.113.7'), check)),
  );
  const refused = results.filter((result) => result.status === 'rejected');
  assert.ok(refused.length >= 28, String(refused.length));
  for (const { reason } of refused) assert.equal((reason as AppError).code, 'unavailable');
  assert.equal((await verifyPassword(await hashPassword('after'), 'after')).ok, true);
});
