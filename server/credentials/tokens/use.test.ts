import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';

test('a token may be granted less than its owner may do, never more', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token } = await bob.createToken({ name: 'ci', permissions: ['tokens:read'] });
  assert.deepEqual((await desk.send('GET /api/v1/me', { token })).body['permissions'], ['tokens:read']);
  assert.equal((await desk.send('GET /api/v1/tokens', { token })).status, 200);
  const { credential } = await bob.createToken({ name: 'other' });
  const refused = await desk.send(`DELETE /api/v1/tokens/${credential.id}`, { token });
  assert.equal(refused.status, 403);
  assert.equal(refused.problem?.code, 'permission_denied');
  assert.match(refused.problem?.detail ?? '', /tokens:revoke/);

  const beyond = await bob.send('POST /api/v1/tokens', {
    body: { name: 'root', permissions: ['users:write'] },
  });
  assert.equal(beyond.status, 422);
  assert.match(beyond.problem?.detail ?? '', /users:write/);
});

test('an owner’s new role counts on the token’s next request', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'admin');
  const { token } = await bob.createToken({ name: 'ci' });
  const before = await desk.send('GET /api/v1/me', { token });
  assert.match(before.text, /users:write/);
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'viewer' } });
  const after = await desk.send('GET /api/v1/me', { token });
  assert.equal(after.body['user']?.['role'], 'viewer');
  assert.doesNotMatch(after.text, /users:write/);
});

test('a token works from the addresses it is allowed from only, and the rest is audited', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_TRUSTED_PROXIES: '127.0.0.1' } });
  const { token, credential } = await desk.ada.createToken({
    name: 'ci',
    ipAllowlist: ['203.0.113.0/24', '2001:db8::1'],
  });
  const from = (address: string) =>
    desk.send('GET /api/v1/me', { token, headers: { 'X-Forwarded-For': address } });
  assert.equal((await from('203.0.113.9')).status, 200);
  assert.equal((await from('2001:DB8::1')).status, 200);
  assert.equal((await from('203.0.113.9, 198.51.100.4')).status, 403, 'only the rightmost entry counts');
  const refused = await from('198.51.100.4');
  assert.equal(refused.status, 403);
  assert.equal(refused.problem?.code, 'ip_not_allowed');
  await desk.settle();
  const audited = await desk.sql<{ address: string; resource_id: string; code: string }>(
    "select host(address) as address, resource_id, code from audit_events where outcome = 'denied' order by sequence",
  );
  assert.deepEqual(audited.at(-1), {
    address: '198.51.100.4',
    resource_id: credential.id,
    code: 'ip_not_allowed',
  });
});

test('an expired token is refused and says so', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci', expiresInDays: 1 });
  desk.clock.advance({ hours: 23, minutes: 59 });
  assert.equal((await desk.send('GET /api/v1/me', { token })).status, 200);
  desk.clock.advance({ minutes: 1 });
  const refused = await desk.send('GET /api/v1/me', { token });
  assert.equal(refused.status, 401);
  assert.equal(refused.problem?.code, 'token_expired');
});

test('a token with a wrong checksum is refused without asking the database', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const forged = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');
  // The other pool has writes of its own, behind the answers.
  const { lookupPool } = desk.runtime;
  let asked = 0;
  lookupPool.on('acquire', () => asked++);
  for (const wrong of [forged, 'kw_pat_short', 'x', '']) {
    const refused = await desk.send('GET /api/v1/me', { headers: { Authorization: `Bearer ${wrong}` } });
    assert.equal(refused.status, 401, wrong);
    assert.equal(refused.problem?.code, 'token_invalid');
  }
  assert.equal(asked, 0);
  assert.equal((await desk.send('GET /api/v1/me', { token })).status, 200);
  assert.ok(asked > 0);
});

test('a revocation typed into psql counts on the next request, on every server', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const { token } = await desk.ada.createToken({ name: 'ci' });
  for (const server of [desk, other])
    assert.equal((await server.send('GET /api/v1/me', { token })).status, 200);
  await desk.sql('update credentials set revoked_at = now()');
  for (const server of [desk, other])
    assert.equal((await server.send('GET /api/v1/me', { token })).status, 401);
});

test('the tenant’s policy on tokens is held to', async () => {
  await using desk = await openDesk();
  await desk.sql('update tenants set max_token_days = 30, allow_eternal_tokens = false');
  const make = (expiresInDays: number | null) =>
    desk.ada.send('POST /api/v1/tokens', { body: { name: 'x', expiresInDays } });
  assert.equal((await make(31)).status, 422);
  assert.equal((await make(null)).status, 422);
  assert.equal((await make(30)).status, 201);
});

test('a secret that a rotation replaced says wherever it is shown that it ends with its grace', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci', expiresInDays: 90 });
  const service = await desk.ada.createToken({ name: 'service', permissions: ['verify'] });
  const rotated = await desk.ada.send(`POST /api/v1/tokens/${credential.id}/rotate`, {
    body: { graceSeconds: 3_600 },
  });
  const graceEnd = new Date(desk.clock.now().getTime() + 3_600_000).toISOString();
  const ends = async (shown: string) => {
    const me = await desk.send('GET /api/v1/me', { token: shown });
    const verified = await desk.send('POST /api/v1/verify', { token: service.token, body: { token: shown } });
    return [
      me.body['credential']?.['expiresAt'],
      me.body['credential']?.['isReplaced'],
      verified.body['expiresAt'],
      me.headers.get('keyward-token-expires'),
    ];
  };
  assert.deepEqual(await ends(token), [graceEnd, true, graceEnd, graceEnd]);
  assert.deepEqual(await ends(textOf(rotated.body['token'])), [
    credential.expiresAt,
    false,
    credential.expiresAt,
    null,
  ]);
});

test('every answer to a token that ends within 7 days says when, refusals too; no other does', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci', expiresInDays: 8 });
  const { token: eternal } = await desk.ada.createToken({ name: 'eternal', expiresInDays: null });
  const calls = [
    'GET /api/v1/me',
    'GET /api/v1/tokens/01900000-0000-7000-8000-000000000000',
    'POST /api/v1/tokens',
    'GET /trpc/sessions.me',
    'GET /trpc/users.create?input=%7B%7D',
    'GET /tokens',
  ];
  const told = (call: string, as: object) =>
    desk.send(call, as).then((answer) => answer.headers.get('keyward-token-expires'));
  for (const call of calls) assert.equal(await told(call, { token }), null, call);
  desk.clock.advance({ days: 1 });
  for (const call of calls) {
    assert.equal(await told(call, { token }), credential.expiresAt, call);
    assert.equal(await told(call, { token: eternal }), null, call);
    assert.equal(await told(call, { cookie: desk.ada.cookie }), null, call);
  }
});
