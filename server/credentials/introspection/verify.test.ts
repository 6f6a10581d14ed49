import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk, type Desk } from '#server/testing/desk.ts';

const anAddress = '198.51.100.9';

/** A service that may ask, and what it is told. */
async function openService(desk: Desk) {
  const { token } = await desk.ada.createToken({ name: 'gateway', permissions: ['verify'] });
  return async (body: object) => {
    const answer = await desk.send('POST /api/v1/verify', { token, body });
    assert.equal(answer.status, 200, answer.text);
    return answer.body as unknown as { valid: boolean; code: string; [key: string]: unknown };
  };
}

test('a service is told whom a token stands for, what it may do, and what is left of its rate', async () => {
  await using desk = await openDesk();
  const ask = await openService(desk);
  const bob = await desk.join('Bob', 'member');
  const { token, credential } = await bob.createToken({ name: 'laptop' });
  const said = await ask({ token, permission: 'tokens:read', resource: { type: 'agent', id: 'build-bot' } });
  assert.equal(said.code, 'valid');
  assert.equal(said.valid, true);
  assert.equal((said['principal'] as { email: string }).email, 'bob@example.com');
  assert.equal((said['credential'] as { id: string }).id, credential.id);
  assert.equal(said['expiresAt'], credential.expiresAt);
  assert.deepEqual(said['limits'], {
    rate: { perSecond: 1000, atOnce: 10000, remaining: 9999, retryInSeconds: 0 },
  });
});

test('a service is told why a token does not work, and nothing of whom it was', async (t) => {
  await using desk = await openDesk();
  const ask = await openService(desk);
  const bob = await desk.join('Bob', 'member');
  const make = async (name: string, input: object = {}) =>
    (await bob.createToken({ name, ...input })) as { token: string; credential: { id: string } };
  const revoked = await make('revoked');
  await bob.revokeToken(revoked.credential.id);
  const disabled = await make('disabled');
  await bob.send(`PATCH /api/v1/tokens/${disabled.credential.id}`, { body: { enabled: false } });
  const bound = await make('bound', { ipAllowlist: ['203.0.113.0/24'] });
  const expired = await make('expired', { expiresInDays: 1 });
  const carol = await desk.join('Carol', 'member');
  const leaver = await carol.createToken({ name: 'x' });
  await desk.ada.send(`POST /api/v1/users/${carol.id}/deactivate`, { body: {} });
  desk.clock.advance({ days: 2 });
  const cases: [code: string, body: object][] = [
    ['token_invalid', { token: 'nonsense' }],
    ['token_invalid', { token: revoked.token.slice(0, -1) + 'a' }],
    ['token_revoked', { token: revoked.token }],
    ['token_disabled', { token: disabled.token }],
    ['token_expired', { token: expired.token }],
    ['account_deactivated', { token: leaver.token }],
    ['ip_not_allowed', { token: bound.token, address: anAddress }],
    ['ip_not_allowed', { token: bound.token }],
  ];
  for (const [code, body] of cases) {
    await t.test(`${code} ${Object.keys(body).join()}`, async () => {
      assert.deepEqual(await ask(body), { valid: false, code });
    });
  }
  assert.equal((await ask({ token: bound.token, address: '::ffff:203.0.113.9' })).code, 'valid');
});

test('a permission that the token or its owner lacks is denied, also on the next request after a change of role', async () => {
  await using desk = await openDesk();
  const ask = await openService(desk);
  const bob = await desk.join('Bob', 'manager');
  const { token } = await bob.createToken({ name: 'all' });
  const narrow = await bob.createToken({ name: 'narrow', permissions: ['tokens:read'] });
  assert.equal((await ask({ token, permission: 'keys:read' })).code, 'valid');
  assert.equal((await ask({ token: narrow.token, permission: 'keys:read' })).code, 'permission_denied');
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'member' } });
  assert.equal((await ask({ token, permission: 'keys:read' })).code, 'permission_denied');
});

/** Makes a token somebody else's, in a tenant of their own. Returns that tenant. */
async function moveElsewhere(desk: Desk, credentialId: string): Promise<string> {
  const [row] = await desk.sql<{ id: string }>(`
    with t as (insert into tenants (id, slug, name, created_at) values (gen_random_uuid(), 'other', 'Other', now()) returning id),
    u as (insert into users (id, tenant_id, email, name, role, created_at) select gen_random_uuid(), id, 'eve@example.com', 'Eve', 'admin', now() from t returning id, tenant_id)
    update credentials c set tenant_id = u.tenant_id, owner_user_id = u.id from u where c.id = '${credentialId}' returning c.tenant_id as id`);
  return row?.id ?? '';
}

test('a token of another tenant is unknown, and its use is not noted', async () => {
  await using desk = await openDesk();
  const ask = await openService(desk);
  const bob = await desk.join('Bob', 'member');
  const { token, credential } = await bob.createToken({ name: 'x' });
  await moveElsewhere(desk, credential.id);
  assert.deepEqual(await ask({ token }), { valid: false, code: 'token_invalid' });
  await desk.settle();
  const [row] = await desk.sql<{ use_count: string }>(
    `select use_count from credential_last_use where credential_id = '${credential.id}'`,
  );
  assert.equal(row?.use_count, '0');
  assert.equal((await desk.send('GET /api/v1/me', { token })).status, 200);
});

test('nothing of a service stands in the log of another tenant, whatever it asks about', async () => {
  await using desk = await openDesk();
  const name = 'ada@example.com (admin session)';
  const { token: service, credential } = await desk.ada.createToken({ name, permissions: ['verify'] });
  const { token: lost } = await desk.ada.createToken({ name: 'laptop' });
  const tenantId = await moveElsewhere(desk, credential.id);
  for (const token of [lost, 'nonsense'])
    assert.equal((await desk.send('POST /api/v1/verify', { token: service, body: { token } })).status, 200);
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  await desk.send('POST /oauth/introspect', { token: service, headers, text: 'token=nonsense' });
  desk.clock.advance({ minutes: 1 });
  await desk.settle();
  const rows = await desk.sql<object>(
    `select tenant_id, actor_label, detail from audit_events where action = 'auth.refused' order by sequence`,
  );
  const shown = { shownTo: credential.id, shownToName: name };
  const unknown = { tenant_id: tenantId, actor_label: 'unknown' };
  assert.deepEqual(rows, [
    { ...unknown, detail: shown },
    { ...unknown, detail: { ...shown, count: 2 } },
  ]);
});

test('a use that a service reports counts as one, at the address that it reports', async () => {
  await using desk = await openDesk();
  const ask = await openService(desk);
  const { token, credential } = await desk.ada.createToken({ name: 'x' });
  await ask({ token, address: anAddress });
  await desk.settle();
  const shown = await desk.ada.send(`GET /api/v1/tokens/${credential.id}`);
  assert.equal(shown.body['useCount'], 1);
  assert.equal(shown.body['lastUsedIp'], anAddress);
});

test('a refusal is written down with the service that the token was shown to, which chooses no address for it', async () => {
  await using desk = await openDesk();
  const ask = await openService(desk);
  const { token, credential } = await desk.ada.createToken({ name: 'lost' });
  await desk.ada.revokeToken(credential.id);
  for (let n = 1; n <= 20; n++) await ask({ token, address: `198.51.100.${n}` });
  await ask({ token: 'nonsense' });
  await desk.send('GET /api/v1/me', { token });
  desk.clock.advance({ minutes: 1 });
  await desk.settle();
  const rows = await desk.sql<{ detail: Record<string, unknown> }>(
    `select code, host(address) as address, detail from audit_events where action = 'auth.refused'
     order by code, detail ? 'shownTo', sequence`,
  );
  const shownTo = rows[0]?.detail['shownTo'];
  const gateway = { shownTo, shownToName: 'gateway' };
  const [unknown, revoked] = ['token_invalid', 'token_revoked'].map((code) => ({
    code,
    address: '127.0.0.1',
  }));
  assert.match(String(shownTo), /^[0-9a-f-]{36}$/);
  assert.deepEqual(rows, [
    { ...unknown, detail: gateway },
    { ...revoked, detail: {} },
    { ...revoked, detail: { ...gateway, claimedAddress: '198.51.100.1' } },
    { ...revoked, detail: { ...gateway, claimedAddress: '198.51.100.2', count: 19 } },
  ]);
});

test('nobody asks without being allowed to, and not with fields that there are not', async () => {
  await using desk = await openDesk();
  const body = { token: 'kw_pat_x' };
  assert.equal((await desk.send('POST /api/v1/verify', { body })).status, 401);
  const { token } = await desk.ada.createToken({ name: 'other', permissions: ['tokens:read'] });
  assert.equal((await desk.send('POST /api/v1/verify', { token, body })).problem?.code, 'permission_denied');
  const bob = await desk.join('Bob', 'manager');
  assert.equal((await bob.send('POST /api/v1/verify', { body })).problem?.code, 'permission_denied');
  const { token: may } = await desk.ada.createToken({ name: 'may', permissions: ['verify'] });
  for (const bad of [
    { ...body, tenantId: 'x' },
    { ...body, permission: 'fly' },
    { ...body, cost: 0 },
    { ...body, address: 7 },
    {},
  ])
    assert.equal(
      (await desk.send('POST /api/v1/verify', { token: may, body: bad })).problem?.code,
      'validation_failed',
      JSON.stringify(bad),
    );
});

test('a cost empties the bucket of the token that is asked about, and of no other', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_RATE_LIMIT: '10/100' } });
  const ask = await openService(desk);
  const one = await desk.ada.createToken({ name: 'one' });
  const two = await desk.ada.createToken({ name: 'two' });
  assert.equal((await ask({ token: one.token, cost: 99 })).code, 'valid');
  assert.equal((await ask({ token: one.token, cost: 50 })).code, 'rate_limited');
  assert.equal((await ask({ token: two.token, cost: 50 })).code, 'valid');
});

test('a service asks for a permission and a resource of a key, and a resource out of reach is denied and audited as the key’s', async () => {
  await using desk = await openDesk();
  const ask = await openService(desk);
  const resources = { flow: ['nightly'], llm_model: ['openai/*'] };
  const { token, credential } = await desk.ada.createKey({
    name: 'billing',
    permissions: ['llm:call'],
    resources,
  });
  const valid = await ask({
    token,
    permission: 'llm:call',
    resource: { type: 'llm_model', id: 'openai/gpt-5' },
  });
  assert.equal(valid.code, 'valid');
  assert.deepEqual(valid.principal, {
    kind: 'key',
    id: credential.id,
    tenantId: desk.ada.tenantId,
    name: 'billing',
    permissions: ['llm:call'],
  });
  assert.deepEqual(valid.credential, {
    id: credential.id,
    kind: 'key',
    name: 'billing',
    prefix: credential.prefix,
    permissions: ['llm:call'],
    resources: credential.resources,
  });
  const code = async (more: object) => (await ask({ token, ...more })).code;
  assert.equal(await code({ permission: 'mcp:call' }), 'permission_denied');
  assert.equal(await code({ resource: { type: 'flow', id: 'weekly' } }), 'resource_denied');
  assert.equal(await code({ resource: { type: 'agent', id: 'nightly' } }), 'resource_denied');
  await desk.settle();
  const [row] = await desk.sql<{ actor_id: string; on_behalf_of: string; detail: { resource?: object } }>(
    "select * from audit_events where code = 'resource_denied' order by sequence",
  );
  assert.deepEqual([row?.actor_id, row?.on_behalf_of], [credential.id, desk.ada.id]);
  assert.deepEqual(row?.detail.resource, { type: 'flow', id: 'weekly' });
});

test('a key that may verify asks about others, within its tenant', async () => {
  await using desk = await openDesk();
  const service = await desk.ada.createKey({ name: 'gateway' });
  const other = await desk.ada.createKey({ name: 'billing', permissions: ['llm:call'] });
  const ask = async (token: string) =>
    (await desk.send('POST /api/v1/verify', { token: service.token, body: { token } })).body['code'];
  assert.equal(await ask(other.token), 'valid');
  await desk.sql(
    "insert into tenants (id, slug, name, created_at) values (gen_random_uuid(), 'other', 'Other', now())",
  );
  await desk.sql(
    `with u as (insert into users (id, tenant_id, email, name, role, created_at)
       select gen_random_uuid(), id, 'eve@example.com', 'Eve', 'admin', now() from tenants where slug = 'other' returning id, tenant_id)
     update credentials set tenant_id = u.tenant_id, made_by = u.id from u where credentials.id = $1`,
    [other.credential.id],
  );
  assert.equal(await ask(other.token), 'token_invalid');
});
