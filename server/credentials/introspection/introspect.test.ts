import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk } from '#server/testing/desk.ts';
import { exchange, exchangeGrant, jwtOf, post } from '#server/testing/oauth.ts';

test('a service introspects tokens and JWTs of its tenant, by bearer or by Basic, until the very moment they end', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token, credential } = await bob.createToken({ name: 'ci' });
  const jwt = jwtOf(await exchange(desk, token));
  const service = (await desk.ada.createToken({ name: 'gateway', permissions: ['verify'] })).token;
  const ask = (asked: string) => post(desk, '/oauth/introspect', { token: asked }, { token: service });
  const { body } = await ask(token);
  assert.equal(body['active'], true);
  assert.equal(body['sub'], bob.id);
  assert.equal(body['username'], 'bob@example.com');
  assert.equal(body['client_id'], credential.id);
  assert.equal((await ask(jwt)).body['active'], true);
  const Authorization = `Basic ${Buffer.from(`gateway:${service}`).toString('base64')}`;
  assert.equal(
    (await post(desk, '/oauth/introspect', { token }, { headers: { Authorization } })).body['active'],
    true,
  );
  await bob.revokeToken(credential.id);
  assert.deepEqual((await ask(token)).body, { active: false });
  assert.deepEqual((await ask(jwt)).body, { active: false });
  assert.deepEqual((await ask('a.b.c')).body, { active: false });
  assert.deepEqual((await ask('nonsense')).body, { active: false });
});

test('a JWT is active only while the secret, the role and the session are that it was given for', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token, credential } = await bob.createToken({ name: 'ci' });
  const { token: kept } = await bob.createToken({ name: 'kept' });
  const { token: service } = await desk.ada.createToken({ name: 'gateway', permissions: ['verify'] });
  const session = { grant_type: exchangeGrant, subject_token_type: 'urn:keyward:token-type:session' };
  const jwts = [
    jwtOf(await exchange(desk, token)),
    jwtOf(await exchange(desk, kept)),
    jwtOf(await post(desk, '/oauth/token', session, { cookie: bob.cookie })),
  ];
  const active = () =>
    Promise.all(
      jwts.map(async (jwt) => {
        const { body } = await post(desk, '/oauth/introspect', { token: jwt }, { token: service });
        return body['active'];
      }),
    );
  assert.deepEqual(await active(), [true, true, true]);
  await bob.send(`POST /api/v1/tokens/${credential.id}/rotate`, { body: { graceSeconds: 0 } });
  assert.deepEqual(await active(), [false, true, true]);
  await bob.send('POST /trpc/sessions.logout', { body: {} });
  assert.deepEqual(await active(), [false, true, false]);
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'viewer' } });
  assert.deepEqual(await active(), [false, false, false]);
});

test('a JWT is good for no more than its credential is at this moment, whatever it says', async () => {
  await using desk = await openDesk();
  const permissions = ['tokens:read', 'usage:read'] as const;
  const { token, credential } = await desk.ada.createToken({ name: 'ci', permissions: [...permissions] });
  const { token: service } = await desk.ada.createToken({ name: 'gateway', permissions: ['verify'] });
  const jwt = jwtOf(await exchange(desk, token, { scope: 'tokens:read usage:read' }));
  const narrow = jwtOf(await exchange(desk, token, { scope: 'usage:read' }));
  const scopeOf = async (asked: string) =>
    (await post(desk, '/oauth/introspect', { token: asked }, { token: service })).body['scope'];
  assert.equal(await scopeOf(jwt), 'tokens:read usage:read');
  assert.equal(await scopeOf(narrow), 'usage:read');
  await desk.sql('update credentials set permissions = $2 where id = $1', [
    credential.id,
    ['tokens:read', 'tokens:revoke'],
  ]);
  assert.equal(await scopeOf(jwt), 'tokens:read');
  assert.equal(await scopeOf(narrow), '');
  await desk.sql("update credentials set ip_allowlist = '{127.0.0.1}' where id = $1", [credential.id]);
  for (const asked of [token, jwt]) {
    const answer = await post(desk, '/oauth/introspect', { token: asked }, { token: service });
    assert.deepEqual(answer.body, { active: false }, 'bound to addresses, and nobody says which');
  }
});

test('nobody introspects without the permission, nor by a cookie', async () => {
  await using desk = await openDesk();
  const form = { token: 'x' };
  const nobody = await post(desk, '/oauth/introspect', form);
  assert.equal(nobody.status, 401);
  assert.equal(nobody.body['error'], 'invalid_client');
  assert.match(nobody.headers.get('www-authenticate') ?? '', /Bearer/);
  assert.equal((await post(desk, '/oauth/introspect', form, { cookie: desk.ada.cookie })).status, 401);
  const { token } = await desk.ada.createToken({ name: 'x', permissions: ['tokens:read'] });
  assert.equal((await post(desk, '/oauth/introspect', form, { token })).status, 403);
});
