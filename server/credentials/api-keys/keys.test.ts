import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreatedKeyView, KeyView } from '#server/credentials/api-keys/schema.ts';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

const created = (answer: Answer) => answer.body as unknown as CreatedKeyView;
const shown = (answer: Answer) => answer.body as unknown as KeyView;
const none = { agent: [], flow: [], mcp_tool: [], vector_store: [], llm_model: [] };

interface Row {
  action: string;
  actor_kind: string;
  actor_id: string;
  actor_label: string;
  on_behalf_of: string | null;
  resource_type: string;
  resource_label: string;
  detail: { changes?: object; reason?: string };
}
const rowsOf = (desk: Desk) =>
  desk.sql<Row>("select * from audit_events where action like 'key.%' order by sequence");

test('a key is made by a manager, shown once, and acts as itself', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'manager');
  const body = { name: 'billing', permissions: ['keys:read', 'mcp:call'], resources: { flow: ['nightly'] } };
  const answer = await bob.send('POST /api/v1/api-keys', { body });
  assert.equal(answer.status, 201);
  const { token, credential } = created(answer);
  assert.match(token, /^kw_key_[0-9A-Za-z]{38}$/);
  assert.deepEqual(credential.resources, { ...none, flow: ['nightly'] });
  assert.deepEqual(credential.createdBy, { id: bob.id, label: bob.email });
  assert.deepEqual(
    [credential.status, credential.useCount, credential.limits],
    ['active', 0, { rate: null }],
  );
  const days = Date.parse(credential.expiresAt ?? '') - Date.parse(credential.createdAt);
  assert.equal(days, 90 * 86_400_000);
  const me = await desk.send('GET /api/v1/me', { token });
  assert.deepEqual(me.body['key'], { id: credential.id, name: 'billing' });
  assert.deepEqual([me.body['user'], me.body['agent'], me.body['session']], [null, null, null]);
  assert.deepEqual(me.body['tenant'], { id: bob.tenantId, slug: 'default', name: 'Default' });
  assert.deepEqual(me.body['resources'], credential.resources);
  assert.deepEqual(me.body['permissions'], ['mcp:call', 'keys:read']);
  const list = await desk.send('GET /api/v1/api-keys', { token });
  assert.equal(list.status, 200);
  assert.ok(!list.text.includes(token.slice(15)));
  const [row] = await rowsOf(desk);
  assert.deepEqual(
    [row?.action, row?.actor_label, row?.resource_type, row?.resource_label],
    ['key.create', bob.email, 'key', 'billing'],
  );
  assert.ok(!JSON.stringify(row).includes(token.slice(15)));
});

test('a key works on when its maker is demoted and deleted, and is refused on the next request once it is disabled', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'manager');
  const { token, credential } = await bob.createKey({ name: 'billing', permissions: ['keys:read'] });
  const works = async () => (await desk.send('GET /api/v1/api-keys', { token })).status;
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'viewer' } });
  assert.equal(await works(), 200);
  await desk.ada.send(`DELETE /api/v1/users/${bob.id}`);
  await desk.runJobs();
  assert.equal(await works(), 200);
  assert.equal((await desk.ada.send(`GET /api/v1/api-keys/${credential.id}`)).body['status'], 'active');
  const off = await desk.ada.send(`POST /api/v1/api-keys/${credential.id}/disable`);
  assert.equal(shown(off).status, 'disabled');
  const refused = await desk.send('GET /api/v1/api-keys', { token });
  assert.equal(refused.problem?.code, 'token_disabled');
  assert.match(refused.problem.detail, /A manager can switch it on again/);
  await desk.ada.send(`POST /api/v1/api-keys/${credential.id}/enable`);
  assert.equal(await works(), 200);
  for (let time = 0; time < 2; time++)
    assert.equal((await desk.ada.send(`DELETE /api/v1/api-keys/${credential.id}`)).status, 204);
  assert.equal((await desk.send('GET /api/v1/api-keys', { token })).problem?.code, 'token_revoked');
  const back = await desk.ada.send(`POST /api/v1/api-keys/${credential.id}/enable`);
  assert.equal(back.problem?.code, 'token_ended', 'also where it was on when it was revoked');
  const actions = (await rowsOf(desk)).map(({ action }) => action);
  assert.deepEqual(actions, ['key.create', 'key.disable', 'key.enable', 'key.revoke']);
});

test('what a key does is in the log as the key’s, on behalf of its maker', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createKey({ name: 'billing', permissions: ['usage:write'] });
  await desk.send('GET /api/v1/audit', { token });
  await desk.settle();
  const [row] = await desk.sql<Row>("select * from audit_events where action = 'access.denied'");
  assert.deepEqual(
    [row?.actor_kind, row?.actor_id, row?.actor_label, row?.on_behalf_of],
    ['key', credential.id, 'billing', desk.ada.id],
  );
});

const soon = (desk: Desk, minutes: number) =>
  new Date(desk.clock.now().getTime() + minutes * 60_000).toISOString();

test('bad input is refused with the field that is wrong', async () => {
  await using desk = await openDesk();
  const ids = (count: number) => Array.from({ length: count }, (_, n) => `flow ${n}`);
  const cases: [what: string, input: object, path: string][] = [
    ['no permission', { permissions: [] }, 'permissions'],
    ['* for a key', { permissions: ['*'] }, 'permissions.0'],
    ['what no key may hold', { permissions: ['keys:write'] }, 'permissions.0'],
    ['501 ids of a type', { resources: { flow: ids(501) } }, 'resources.flow'],
    ['* beside ids', { resources: { flow: ['*', 'a'] } }, 'resources.flow'],
    ['an id twice', { resources: { flow: ['a', 'a'] } }, 'resources.flow'],
    ['a control character', { resources: { flow: ['a\u0007'] } }, 'resources.flow'],
    ['an id of 201 characters', { resources: { flow: ['a'.repeat(201)] } }, 'resources.flow'],
    ['an unknown type', { resources: { table: ['a'] } }, 'resources.table'],
    ['a tool without its server', { resources: { mcp_tool: ['search'] } }, 'resources.mcp_tool'],
    ['a * for some models', { resources: { llm_model: ['openai/gpt-*'] } }, 'resources.llm_model'],
    ['a * for every provider', { resources: { llm_model: ['*/*'] } }, 'resources.llm_model'],
    [
      '2,001 ids in all',
      {
        resources: {
          agent: ids(500),
          flow: ids(500),
          vector_store: ids(500),
          llm_model: ids(500).map((id) => `o/${id}`),
          mcp_tool: ['s/t'],
        },
      },
      'resources',
    ],
    ['an end in 4 minutes', { expiresAt: soon(desk, 4) }, 'expiresAt'],
    ['an end in eleven years', { expiresAt: soon(desk, 11 * 525_600) }, 'expiresAt'],
    ['a tenant', { tenantId: desk.ada.tenantId }, 'tenantId'],
  ];
  for (const [what, input, path] of cases) {
    const body = { name: 'x', permissions: ['verify'], ...input };
    const answer = await desk.ada.send('POST /api/v1/api-keys', { body });
    assert.equal(answer.problem?.code, 'validation_failed', what);
    assert.ok(
      answer.problem.errors?.[0]?.path.startsWith(path),
      `${what}: ${JSON.stringify(answer.problem.errors)}`,
    );
  }
  assert.equal((await rowsOf(desk)).length, 0);
  for (const [name, input] of Object.entries({
    whole: { resources: { mcp_tool: ['s/*'], llm_model: ['openai/*'], flow: '*' } },
    short: { expiresAt: soon(desk, 6) },
    eternal: { expiresAt: null },
    500: { resources: { flow: ids(500) } },
  }))
    await desk.ada.createKey({ name, ...input });
});

test('a maker grants no more than they hold, and no life that the tenant forbids', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'manager');
  const body = { name: 'x', permissions: ['audit:read'] };
  const beyond = await bob.send('POST /api/v1/api-keys', { body });
  assert.equal(beyond.problem?.code, 'validation_failed');
  assert.match(beyond.problem.detail, /cannot grant audit:read/);
  await desk.ada.send('PATCH /api/v1/settings', { body: { allowEternalTokens: false, maxTokenDays: 30 } });
  const asked = { name: 'x', permissions: ['mcp:call'] };
  for (const expiresAt of [null, soon(desk, 31 * 1_440)])
    assert.equal((await bob.send('POST /api/v1/api-keys', { body: { ...asked, expiresAt } })).status, 422);
  const { credential } = await bob.createKey(asked);
  assert.equal(Date.parse(credential.expiresAt ?? '') - Date.parse(credential.createdAt), 30 * 86_400_000);
});

test('a live key keeps its name for itself in its tenant, in any form of Unicode, and lets go of it when it ends', async () => {
  await using desk = await openDesk();
  const { credential } = await desk.ada.createKey({ name: 'caf\u00e9' });
  const again = () =>
    desk.ada.send('POST /api/v1/api-keys', { body: { name: 'cafe\u0301', permissions: ['verify'] } });
  assert.equal((await again()).problem?.code, 'name_taken');
  await desk.ada.createToken({ name: 'caf\u00e9' });
  await desk.ada.send(`DELETE /api/v1/api-keys/${credential.id}`);
  assert.equal((await again()).status, 201);
  desk.clock.advance({ days: 91 });
  await desk.ada.confirm().catch(() => {});
});

test('of ten keys of one name made at once, on two servers, one is made', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const body = { name: 'billing', permissions: ['verify'] };
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      (n % 2 ? desk : other).send('POST /api/v1/api-keys', { cookie: desk.ada.cookie, body }),
    ),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [201, ...Array<number>(9).fill(409)],
  );
  assert.equal((await rowsOf(desk)).length, 1);
});

test('a tenant has at most a thousand live keys, also when two are made at once', async () => {
  await using desk = await openDesk();
  await desk.sql(
    `with made as (
       insert into credentials (id, tenant_id, kind, made_by, name, permissions, resources, created_at)
       select gen_random_uuid(), $1, 'key', $2, 'key ' || n, array['verify'], '{"agent": [], "flow": [], "mcp_tool": [], "vector_store": [], "llm_model": []}', now() from generate_series(1, 999) n
       returning id
     )
     insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
     select sha256(id::text::bytea), id, 'kw_key_' || left(md5(id::text), 8), 1, 'current', now() from made`,
    [desk.ada.tenantId, desk.ada.id],
  );
  const make = (name: string) =>
    desk.ada.send('POST /api/v1/api-keys', { body: { name, permissions: ['verify'] } });
  const codes = (await Promise.all([make('one'), make('two')])).map(({ problem }) => problem?.code ?? 'made');
  assert.deepEqual(codes.toSorted(), ['made', 'too_many_keys']);
});

test('the database keeps that a credential has one holder of its kind, and that no key may do everything', async () => {
  await using desk = await openDesk();
  const { credential } = await desk.ada.createKey({ name: 'billing' });
  const own = await desk.ada.createToken({ name: 'laptop' });
  for (const change of [
    `owner_user_id = made_by where id = '${credential.id}'`,
    `made_by = null where id = '${credential.id}'`,
    `resources = null where id = '${credential.id}'`,
    `permissions = array['*'] where id = '${credential.id}'`,
    `kind = 'key' where id = '${own.credential.id}'`,
    `owner_user_id = null where id = '${own.credential.id}'`,
  ])
    await assert.rejects(desk.sql(`update credentials set ${change}`), { code: '23514' }, change);
});
