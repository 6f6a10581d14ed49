import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import type { Runtime } from '#server/core/access/context.ts';
import { WrongMasterKeyError } from '#server/core/crypto/encryption.ts';
import { assertKeysOpen } from '#server/core/signing-keys/rotate-keys.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { exchange, exchangeGrant, jwtOf, post } from '#server/testing/oauth.ts';

async function checkOffline(desk: Desk, jwt: string) {
  const keys = (await desk.send('GET /.well-known/jwks.json')).body as unknown as JSONWebKeySet;
  return jwtVerify(jwt, createLocalJWKSet(keys), {
    issuer: desk.runtime.config.url.origin,
    currentDate: desk.clock.now(),
  });
}

test('a token is exchanged for a JWT of five minutes that anyone can check offline', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token, credential } = await bob.createToken({
    name: 'ci',
    permissions: ['tokens:read', 'usage:write'],
  });
  const answer = await exchange(desk, token, { audience: 'https://api.example.com' });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body['issued_token_type'], 'urn:ietf:params:oauth:token-type:jwt');
  assert.equal(answer.body['expires_in'], 300);
  const { payload, protectedHeader } = await checkOffline(desk, jwtOf(answer));
  assert.equal(protectedHeader.alg, 'EdDSA');
  const { sub, tenant, role, typ, scope, aud, client_id: client, exp = 0, iat = 0 } = payload;
  assert.deepEqual(
    { sub, tenant, role, typ, scope, aud, client },
    {
      sub: bob.id,
      tenant: bob.tenantId,
      role: 'member',
      typ: 'pat',
      scope: 'tokens:read usage:write',
      aud: 'https://api.example.com',
      client: credential.id,
    },
  );
  assert.equal(exp - iat, 300);
  assert.ok(payload.jti);
  desk.clock.advance({ minutes: 6 });
  await assert.rejects(checkOffline(desk, jwtOf(answer)), /exp/);
});

test('a JWT is narrowed on request and never widened', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci', permissions: ['tokens:read', 'users:read'] });
  assert.equal((await exchange(desk, token, { scope: 'users:read' })).body['scope'], 'users:read');
  const wide = await exchange(desk, token, { scope: 'users:read users:write' });
  assert.equal(wide.status, 400);
  assert.equal(wide.body['error'], 'invalid_scope');
});

test('a JWT does not outlive the token that it was given for', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci', expiresInDays: 1 });
  desk.clock.advance({ hours: 23, minutes: 58 });
  assert.equal((await exchange(desk, token)).body['expires_in'], 120);
});

test('what is no token, ends or is not a form gets no JWT', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  await desk.ada.revokeToken(credential.id);
  const revoked = await exchange(desk, token);
  assert.equal(revoked.status, 400);
  assert.equal(revoked.body['error'], 'invalid_request');
  assert.equal(revoked.body['code'], 'token_revoked');
  assert.equal((await exchange(desk, 'nonsense')).body['error'], 'invalid_request');
  assert.equal(
    (await post(desk, '/oauth/token', { grant_type: 'password' })).body['error'],
    'unsupported_grant_type',
  );
  assert.equal((await desk.send('POST /oauth/token', { body: {} })).body['error'], 'invalid_request');
  const doubled = {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    text: 'grant_type=a&grant_type=b',
  };
  assert.equal((await desk.send('POST /oauth/token', doubled)).status, 400);
  assert.equal((await desk.send('GET /oauth/token')).status, 405);
  assert.equal((await desk.send('POST /oauth/fly', { text: '' })).status, 404);
});

test('a browser gets a JWT for its session, not for another site', async () => {
  await using desk = await openDesk();
  const form = { grant_type: exchangeGrant, subject_token_type: 'urn:keyward:token-type:session' };
  const { cookie } = desk.ada;
  const answer = await post(desk, '/oauth/token', form, { cookie });
  const { payload } = await checkOffline(desk, jwtOf(answer));
  assert.equal(payload['typ'], 'session');
  const foreign = await post(desk, '/oauth/token', form, {
    cookie,
    headers: { Origin: 'https://evil.example' },
  });
  assert.equal(foreign.status, 403);
  assert.equal((await post(desk, '/oauth/token', form)).status, 400);
});

test('what is said of an error has no character that RFC 6749 does not let it have', async () => {
  await using desk = await openDesk();
  const nobody = await post(desk, '/oauth/introspect', { token: 'x' });
  assert.match(nobody.body['error_description'] as unknown as string, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
});

test('whoever can show a token ends it, and learns nothing of one that there is not', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'x' });
  const jwt = jwtOf(await exchange(desk, token));
  for (const shown of [token, token, 'nonsense']) {
    const answer = await post(desk, '/oauth/revoke', { token: shown, token_type_hint: 'access_token' });
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '');
  }
  assert.equal((await desk.send('GET /api/v1/me', { token })).problem?.code, 'token_revoked');
  assert.equal((await post(desk, '/oauth/revoke', { token: jwt })).body['error'], 'unsupported_token_type');
  assert.equal((await post(desk, '/oauth/revoke', {})).body['error'], 'invalid_request');
});

test('a JWT of ours is no token here, and what another key signed is nothing', async () => {
  await using desk = await openDesk();
  await using twin = await openDesk();
  const jwt = jwtOf(await exchange(desk, (await desk.ada.createToken({ name: 'x' })).token));
  const foreign = jwtOf(await exchange(twin, (await twin.ada.createToken({ name: 'x' })).token));
  assert.equal((await desk.send('GET /api/v1/me', { token: jwt })).status, 401);
  await assert.rejects(checkOffline(desk, foreign));
});

test('servers share one key; it is renewed before it ends, published before it signs and until its tokens are dead', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_URL: 'http://desk.example' } });
  await using other = await desk.another();
  const { token } = await desk.ada.createToken({ name: 'x', expiresInDays: 100 });
  const kids = async () =>
    ((await other.send('GET /.well-known/jwks.json')).body as unknown as JSONWebKeySet).keys.map(
      ({ kid }) => kid,
    );
  const signedBy = async (at: Pick<Desk, 'send'>) => {
    const jwt = jwtOf(await exchange(at, token));
    return (await checkOffline(desk, jwt)).protectedHeader.kid;
  };
  const both = await Promise.all([signedBy(desk), signedBy(other), signedBy(desk), signedBy(other)]);
  assert.equal(new Set(both).size, 1);
  const [first] = both;
  assert.deepEqual(await kids(), [first]);
  desk.clock.advance({ days: 29, hours: 12 });
  assert.equal(await signedBy(other), first);
  const [next, ...rest] = await kids();
  assert.deepEqual(rest, [first]);
  desk.clock.advance({ hours: 12, minutes: 1 });
  assert.equal(await signedBy(desk), next);
  assert.deepEqual(await kids(), [next, first]);
  desk.clock.advance({ minutes: 25 });
  assert.deepEqual(await kids(), [next]);
});

test('a key that is ended by hand signs nothing more and is published no more, also when the next is announced', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'x', expiresInDays: 100 });
  const kidOf = async () =>
    (await checkOffline(desk, jwtOf(await exchange(desk, token)))).protectedHeader.kid;
  const first = await kidOf();
  desk.clock.advance({ days: 29, hours: 12 });
  assert.equal(await kidOf(), first);
  await desk.sql(
    "update signing_keys set signs_until = $1, published_until = $1::timestamptz + interval '1 second' where id = $2",
    [desk.clock.now(), first],
  );
  desk.clock.advance({ seconds: 1 });
  const stopgap = await kidOf();
  assert.notEqual(stopgap, first);
  const { keys } = (await desk.send('GET /.well-known/jwks.json')).body as unknown as JSONWebKeySet;
  assert.ok(!keys.some(({ kid }) => kid === first));
});

test('the private key is sealed in the database, for its own row', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'x' });
  await exchange(desk, token);
  const [row] = await desk.sql<{ public_jwk: { d?: string }; sealed: Buffer }>(
    'select public_jwk, sealed_private_key as sealed from signing_keys',
  );
  assert.equal(row?.public_jwk.d, undefined);
  assert.ok(!row?.sealed.includes(Buffer.from('302e020100300506032b6570', 'hex')));
  // The row of another key: what is sealed for one row opens in no other.
  await desk.sql('update signing_keys set id = gen_random_uuid()');
  assert.equal((await exchange(desk, token)).status, 500);
});

test('a server with another master key finds out at its start, and signs nothing', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'x' });
  await exchange(desk, token);
  const opens = ({ db, config, clock }: Runtime) => assertKeysOpen(db, config, clock.now());
  await opens(desk.runtime);
  const another = desk.another({ settings: { KEYWARD_MASTER_KEY: 'a1'.repeat(32) } });
  await assert.rejects(another, WrongMasterKeyError);
});

test('a key’s JWT and its introspection say that it is a key, and name no role', async () => {
  await using desk = await openDesk();
  const key = await desk.ada.createKey({ name: 'billing', permissions: ['llm:call', 'mcp:call'] });
  const service = await desk.ada.createKey({ name: 'gateway' });
  const jwt = jwtOf(await exchange(desk, key.token, { scope: 'llm:call' }));
  const { payload } = await checkOffline(desk, jwt);
  assert.deepEqual(
    [payload['typ'], payload.sub, payload['role'], payload['client_id'], payload['scope']],
    ['key', key.credential.id, undefined, key.credential.id, 'llm:call'],
  );
  const introspect = async (token: string) =>
    (
      await desk.send('POST /oauth/introspect', {
        token: service.token,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        text: new URLSearchParams({ token }).toString(),
      })
    ).body;
  const shown = await introspect(key.token);
  assert.deepEqual(
    [shown['active'], shown['typ'], shown['username'], shown['sub'], shown['role']],
    [true, 'key', 'billing', key.credential.id, undefined],
  );
  assert.deepEqual([(await introspect(jwt))['active'], (await introspect(jwt))['scope']], [true, 'llm:call']);
  await desk.ada.send(`PATCH /api/v1/api-keys/${key.credential.id}`, { body: { permissions: ['mcp:call'] } });
  assert.equal((await introspect(jwt))['scope'], '');
  await desk.ada.send(`POST /api/v1/api-keys/${key.credential.id}/disable`);
  assert.deepEqual(await introspect(jwt), { active: false });
  assert.deepEqual(await introspect(key.token), { active: false });
});
