import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { statusesOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import type { Person } from '#server/testing/person.ts';

async function openTriage() {
  const desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const made = await bob.createToken({ name: 'laptop' });
  return { desk, ada: desk.ada, bob, made, id: made.credential.id };
}

const auditOf = (desk: Desk) =>
  desk.sql<{ action: string; resource_id: string; detail: { ownerId: string; reason: string | null } }>(
    "select action, resource_id, detail from audit_events where action like 'token.admin%' order by sequence",
  );
const worksWith = async (desk: Desk, token: string) => (await desk.send('GET /api/v1/me', { token })).status;

test('an admin revokes anyone’s token: refused from then on, audited once with its owner, and repeating changes nothing', async () => {
  const { desk, ada, bob, made, id } = await openTriage();
  await using _ = desk;
  for (let time = 0; time < 2; time++) {
    const answer = await ada.send(`DELETE /api/v1/admin/tokens/${id}`, { body: { reason: 'Leaked' } });
    assert.equal(answer.status, 204);
  }
  assert.equal(await worksWith(desk, made.token), 401);
  const rows = await auditOf(desk);
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.action, 'token.admin_revoke');
  assert.equal(rows[0]?.resource_id, id);
  assert.deepEqual(rows[0]?.detail, { ownerId: bob.id, reason: 'Leaked' });
  const shown = await ada.send(`GET /api/v1/admin/tokens/${id}`);
  assert.equal(shown.body['revokeReason'], 'Leaked');
  assert.equal(shown.body['owner']?.['email'], 'bob@example.com');
});

test('an admin switches a token off and on; what has ended stays off', async () => {
  const { desk, ada, made, id } = await openTriage();
  await using _ = desk;
  const off = await ada.send(`POST /api/v1/admin/tokens/${id}/disable`, { body: {} });
  assert.equal(off.body['status'], 'disabled');
  assert.equal(await worksWith(desk, made.token), 401);
  await ada.send(`POST /api/v1/admin/tokens/${id}/disable`, { body: {} });
  const on = await ada.send(`POST /api/v1/admin/tokens/${id}/enable`, { body: {} });
  assert.equal(on.body['status'], 'active');
  assert.equal(await worksWith(desk, made.token), 200);
  await ada.send(`DELETE /api/v1/admin/tokens/${id}`);
  const refused = await ada.send(`POST /api/v1/admin/tokens/${id}/enable`, { body: {} });
  assert.equal(refused.problem?.code, 'token_ended');
  assert.equal((await ada.send(`POST /api/v1/admin/tokens/${id}/disable`, { body: {} })).status, 200);
  const actions = (await auditOf(desk)).map((row) => row.action);
  assert.deepEqual(actions, ['token.admin_disable', 'token.admin_enable', 'token.admin_revoke']);
});

test('twenty at once make one audit row', async () => {
  const { desk, ada, id } = await openTriage();
  await using _ = desk;
  const one = await Promise.all(
    Array.from({ length: 20 }, () => ada.send(`DELETE /api/v1/admin/tokens/${id}`)),
  );
  assert.deepEqual(new Set(statusesOf(one)), new Set([204]));
  assert.equal((await auditOf(desk)).length, 1);
});

test('many at once, in any order of ids, change each token once and wait for nobody in a circle', async () => {
  const { desk, ada, bob } = await openTriage();
  await using _ = desk;
  const ids: string[] = [];
  for (let index = 0; index < 30; index++)
    ids.push((await bob.createToken({ name: `t ${index}` })).credential.id);
  const bulk = (order: string[]) =>
    ada.send('POST /api/v1/admin/tokens/bulk', { body: { ids: order, action: 'revoke', reason: 'Sweep' } });
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, turn) => bulk(turn % 2 ? ids : ids.toReversed())),
  );
  assert.deepEqual(new Set(statusesOf(answers)), new Set([200]));
  const changed = answers.flatMap((answer) => answer.body['changed'] as unknown as string[]);
  assert.deepEqual(changed.toSorted(), ids.toSorted());
  assert.equal((await auditOf(desk)).length, 30);
});

test('one unknown id, or one that has ended, in many: nothing is changed and the error names it', async () => {
  const { desk, ada, made, id } = await openTriage();
  await using _ = desk;
  const unknown = randomUUID();
  const refused = await ada.send('POST /api/v1/admin/tokens/bulk', {
    body: { ids: [id, unknown], action: 'revoke' },
  });
  assert.equal(refused.status, 404);
  assert.equal(refused.problem?.errors?.[0]?.path, 'ids.1');
  assert.match(refused.problem?.detail ?? '', new RegExp(unknown));
  assert.equal(await worksWith(desk, made.token), 200);

  const gone = await ada.createToken({ name: 'gone' });
  await ada.revokeToken(gone.credential.id);
  await ada.send(`POST /api/v1/admin/tokens/${id}/disable`, { body: {} });
  const ended = await ada.send('POST /api/v1/admin/tokens/bulk', {
    body: { ids: [id, gone.credential.id], action: 'enable' },
  });
  assert.equal(ended.problem?.code, 'token_ended');
  assert.match(ended.problem?.detail ?? '', new RegExp(gone.credential.id));
  assert.equal(await worksWith(desk, made.token), 401);
});

test('500 go at once, 501 and none do not', async () => {
  const { desk, ada, bob } = await openTriage();
  await using _ = desk;
  await desk.sql(
    `with made as (
       insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
       select gen_random_uuid(), tenant_id, 'pat', id, 'n ' || n, array['*'], now() from users, generate_series(1, 500) as n where users.id = $1
       returning id
     ) insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
       select sha256(id::text::bytea), id, 'kw_pat_aaaaaaaa', 1, 'current', now() from made`,
    [bob.id],
  );
  const ids = (await desk.sql<{ id: string }>("select id from credentials where name like 'n %'")).map(
    (row) => row.id,
  );
  const bulk = (some: string[]) =>
    ada.send('POST /api/v1/admin/tokens/bulk', { body: { ids: some, action: 'disable' } });
  assert.equal((await bulk([])).status, 422);
  assert.equal((await bulk([...ids, randomUUID()])).status, 422);
  const done = await bulk(ids);
  assert.equal((done.body['changed'] as unknown as string[]).length, 500);
  assert.equal((await auditOf(desk)).length, 500);
});

test('another tenant’s token is as unknown', async () => {
  const { desk, ada, id } = await openTriage();
  await using _ = desk;
  await desk.sql(`insert into tenants (id, slug, name, created_at) values ('019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', 'other', 'Other', now());
    insert into users (id, tenant_id, email, name, role, created_at)
      values ('019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', 'eve@other.example', 'Eve', 'admin', now());
    insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
      values ('019aa8b4-6f00-7cc3-98c5-dc9fd1c5a403', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', 'pat', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402', 'theirs', array['*'], now())`);
  const theirs = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a403';
  const calls: [string, object?][] = [
    [`GET /api/v1/admin/tokens/${theirs}`],
    [`GET /api/v1/admin/tokens/${theirs}/uses`],
    [`DELETE /api/v1/admin/tokens/${theirs}`, {}],
    [`POST /api/v1/admin/tokens/${theirs}/disable`, {}],
    [`POST /api/v1/admin/tokens/${theirs}/enable`, {}],
    ['POST /api/v1/admin/tokens/bulk', { ids: [id, theirs], action: 'revoke' }],
  ];
  for (const [call, body] of calls) {
    assert.equal((await ada.send(call, body && { body })).status, 404, call);
  }
  assert.equal((await auditOf(desk)).length, 0);
});

test('managers, members, viewers and tokens without tokens:admin may do none of it; a token with it may', async () => {
  const { desk, ada, bob, id } = await openTriage();
  await using _ = desk;
  const people: Person[] = [bob, await desk.join('Mia', 'manager'), await desk.join('Vic', 'viewer')];
  const calls: [string, object?][] = [
    ['GET /api/v1/admin/tokens'],
    [`GET /api/v1/admin/tokens/${id}`],
    [`GET /api/v1/admin/tokens/${id}/uses`],
    ['POST /api/v1/admin/tokens/bulk', { ids: [id], action: 'disable' }],
    ['POST /api/v1/admin/tokens/identify', { text: 'x' }],
    [`POST /api/v1/admin/tokens/${id}/disable`, {}],
    [`POST /api/v1/admin/tokens/${id}/enable`, {}],
    [`DELETE /api/v1/admin/tokens/${id}`, {}],
  ];
  const weak = await ada.createToken({ name: 'weak', permissions: ['users:read'] });
  const strong = await ada.createToken({ name: 'strong', permissions: ['tokens:admin'] });
  for (const [call, body] of calls) {
    for (const person of people) assert.equal((await person.send(call, body && { body })).status, 403, call);
    assert.equal((await desk.send(call, { token: weak.token, ...(body && { body }) })).status, 403, call);
  }
  assert.equal((await auditOf(desk)).length, 0);
  for (const [call, body] of calls)
    assert.ok((await desk.send(call, { token: strong.token, ...(body && { body }) })).status < 300, call);
});

test('what uses a token is told by address and endpoint', async () => {
  const { desk, ada, made, id } = await openTriage();
  await using _ = desk;
  assert.match((await ada.send(`GET /api/v1/admin/tokens/${id}/uses`)).text, /Never used/);
  for (let time = 0; time < 3; time++) await worksWith(desk, made.token);
  await desk.settle();
  const uses = await ada.send(`GET /api/v1/admin/tokens/${id}/uses`);
  assert.match(
    JSON.stringify(uses.body['impact']),
    /"Used 3 times from 1 address in the last 30 days, last less than a minute ago by /,
  );
  assert.deepEqual(uses.body['endpoints']?.[0]?.['endpoint'], 'GET /api/v1/me');
  assert.deepEqual(uses.body['addresses']?.[0]?.['count'], 3);
});
