import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenStatuses } from '#server/credentials/tokens/schema.ts';
import { syncOwners } from '#server/credentials/tokens/sync-owners.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { post } from '#server/testing/oauth.ts';
import { expect, type Person } from '#server/testing/person.ts';
import { addTokensTo } from '#server/testing/tokens.ts';

/** More than two batches. The triggers make more of them slow to add. */
const very = 500;
const count = ({ sql }: Desk, which: string) =>
  sql<{ count: number }>(`select count(*)::int from ${which}`).then(([row]) => row?.count);
const revocations = "audit_events where action = 'token.revoke'";

/** Bob, with very many tokens. */
async function holder(desk: Desk, tokens = very): Promise<Person> {
  const bob = await desk.join('Bob', 'member');
  await addTokensTo(desk, bob, tokens);
  return bob;
}

const changes: Record<string, (path: string) => [call: string, body?: object]> = {
  renamed: (path) => [`PATCH ${path}`, { name: 'Robert' }],
  'given another address': (path) => [`PATCH ${path}`, { email: 'robert@example.com' }],
  'given another role': (path) => [`PATCH ${path}`, { role: 'viewer' }],
  deactivated: (path) => [`POST ${path}/deactivate`, {}],
  activated: (path) => [`POST ${path}/activate`, {}],
  deleted: (path) => [`DELETE ${path}`],
};

test('a person is renamed, given another role, deactivated and deleted without touching one of their tokens', async () => {
  await using desk = await openDesk();
  const bob = await holder(desk);
  const versions = 'select max(xmin::text::bigint)::int as newest from credentials';
  const [before] = await desk.sql<{ newest: number }>(versions);
  for (const [name, change] of Object.entries(changes)) {
    const [call, body] = change(`/api/v1/users/${bob.id}`);
    const answer = await desk.ada.send(call, { body });
    assert.ok(answer.status < 300, `${name}: ${answer.text}`);
    assert.deepEqual(await desk.sql(versions), [before], name);
  }
  await desk.runJobs();
  assert.equal(await count(desk, 'credentials where revoked_at is null'), 0);
  assert.equal(await count(desk, revocations), very);
  assert.equal(await count(desk, 'users where unsynced_at is not null'), 0);
});

test('deactivating a person with very many tokens tells how many it cut off', async () => {
  await using desk = await openDesk();
  const bob = await holder(desk);
  const answer = await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  const { counts, tokens } = expect(200, answer).body['cutOff'] as unknown as {
    counts: object;
    tokens: unknown[];
  };
  assert.deepEqual(counts, { sessions: 1, tokens: very, agents: 0 });
  assert.equal(tokens.length, 100);
});

/** All that admins are told of tokens, but for what the job writes down. */
async function told(desk: Desk): Promise<unknown> {
  const read = async (path: string) => expect(200, await desk.ada.send(`GET /api/v1/admin/${path}`)).text;
  const lists = [];
  for (const status of ['', ...tokenStatuses])
    for (const sort of ['createdAt', 'lastUsedAt', 'owner'])
      for (const user of ['', 'bob@example.com'])
        lists.push(
          await read(
            `tokens?sort=${sort}&status=${status}&user=${user}`
              .replace('status=&', '')
              .replace(/&user=$/, ''),
          ),
        );
  return [...lists, await read('attention')].map((text) =>
    text.replace(/"revoke(dBy|Reason)":("[^"]*"|{[^}]*}|null),/g, ''),
  );
}

test('what a deleted person held is listed and counted as revoked before the job has come by, and just so after', async () => {
  await using desk = await openDesk();
  const [bob, carol] = [await holder(desk, 5), await desk.join('Carol', 'member')];
  const { token } = await bob.createToken({ name: 'ci', expiresInDays: null });
  await carol.createToken({ name: 'other' });
  await desk.send('GET /api/v1/me', { token });
  await desk.settle();
  await desk.sql("update credentials set created_at = now() - interval '1 year' where expires_at is null");
  expect(204, await desk.ada.send(`DELETE /api/v1/users/${bob.id}`));

  const before = await told(desk);
  assert.equal(await count(desk, 'credentials where revoked_at is not null'), 0);
  const listed = expect(200, await desk.ada.send('GET /api/v1/admin/tokens?status=revoked'));
  assert.equal(listed.body['counts']?.['revoked'], 6);
  assert.equal(Object.keys(listed.body['items'] ?? {}).length, 6);
  const held = expect(200, await desk.ada.send(`GET /api/v1/users/${bob.id}`)).body['holds']?.['counts'];
  assert.deepEqual(held, { sessions: 0, tokens: 0, agents: 0 });

  await desk.runJobs();
  assert.equal(await count(desk, 'credentials where revoked_at is not null'), 6);
  assert.deepEqual(await told(desk), before);
});

test('what a deleted person held is refused as revoked before the job has come by, and cannot be switched on', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token, credential } = await bob.createToken({ name: 'ci' });
  const { token: service } = await desk.ada.createToken({ name: 'gateway', permissions: ['verify'] });
  const path = `/api/v1/admin/tokens/${credential.id}`;
  expect(200, await desk.ada.send(`POST ${path}/disable`, { body: {} }));
  expect(204, await desk.ada.send(`DELETE /api/v1/users/${bob.id}`));
  assert.equal((await desk.send('GET /api/v1/me', { token })).problem?.code, 'token_revoked');
  const verified = await desk.send('POST /api/v1/verify', { token: service, body: { token } });
  assert.deepEqual(verified.body, { valid: false, code: 'token_revoked' });
  assert.deepEqual((await post(desk, '/oauth/introspect', { token }, { token: service })).body, {
    active: false,
  });
  assert.equal((await desk.ada.send(`POST ${path}/enable`, { body: {} })).problem?.code, 'token_ended');
  // It is revoked already: none of these makes it more so.
  assert.equal((await desk.ada.send(`DELETE ${path}`)).status, 204);
  await desk.send('POST /api/v1/revoke', { body: { tokens: [token] } });
  assert.equal(await count(desk, "audit_events where action like 'token.%revoke'"), 0);
  await desk.runJobs();
  assert.equal(await count(desk, revocations), 1);
});

test('each token of a deleted person has one row in the log, of who deleted them and of that request', async () => {
  await using desk = await openDesk();
  const bob = await holder(desk, 3);
  const { headers } = expect(204, await desk.ada.send(`DELETE /api/v1/users/${bob.id}`));
  await desk.runJobs();
  await desk.runJobs();
  const rows = await desk.sql(
    'select actor_id, actor_label, request_id, resource_type, detail from audit_events where action = $1',
    ['token.revoke'],
  );
  const row = {
    actor_id: desk.ada.id,
    actor_label: desk.ada.email,
    request_id: headers.get('x-request-id'),
    resource_type: 'token',
    detail: { reason: 'The account was deleted' },
  };
  assert.deepEqual(rows, [row, row, row]);
  const revoked = await desk.sql('select distinct revoked_at, revoked_by, revoke_reason from credentials');
  const by = { revoked_by: desk.ada.id, revoke_reason: 'The account was deleted' };
  assert.deepEqual(revoked, [{ revoked_at: desk.clock.now(), ...by }]);
});

test('revoking that ends half-way keeps what it did, each with its row, and goes on in another server', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const bob = await holder(desk, 500);
  // In the second of its batches the connection ends.
  await desk.sql(`create sequence written; grant usage on sequence written to keyward_app;
    create function end_it() returns trigger language plpgsql security definer as $$ begin
      if nextval('written') = 250 then perform pg_terminate_backend(pg_backend_pid()); end if;
      return new;
    end $$;
    create trigger end_it before insert on audit_events for each row when (new.action = 'token.revoke')
      execute function end_it()`);
  expect(204, await desk.ada.send(`DELETE /api/v1/users/${bob.id}`));
  await assert.rejects(syncOwners(desk.runtime));
  assert.equal(await count(desk, 'credentials where revoked_at is not null'), 200);
  assert.equal(await count(desk, revocations), 200);
  await syncOwners(other.runtime);
  assert.equal(await count(desk, 'credentials where revoked_at is null'), 0);
  assert.equal(await count(desk, revocations), 500);
  assert.equal(await count(desk, `(select distinct resource_id from ${revocations}) each`), 500);
});

test('a person whose tokens cannot be brought in line holds up no other', async () => {
  await using desk = await openDesk();
  const [bob, carol] = [await holder(desk, 3), await desk.join('Carol', 'member')];
  const hers = await carol.createToken({ name: 'hers' });
  await desk.sql(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse before insert on audit_events for each row
      when (new.action = 'token.revoke' and new.resource_label = 'token 2') execute function refuse()`);
  for (const { id } of [bob, carol]) expect(204, await desk.ada.send(`DELETE /api/v1/users/${id}`));
  await assert.rejects(syncOwners(desk.runtime));
  const rows = await desk.sql('select id from credentials where revoked_at is not null');
  assert.deepEqual(rows, [{ id: hers.credential.id }]);
});

test('two servers at once revoke each token of a deleted person once', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const bob = await holder(desk, 700);
  expect(204, await desk.ada.send(`DELETE /api/v1/users/${bob.id}`));
  await Promise.all([syncOwners(desk.runtime), syncOwners(other.runtime)]);
  await syncOwners(desk.runtime);
  assert.equal(await count(desk, revocations), 700);
  assert.equal(await count(desk, 'users where unsynced_at is not null'), 0);
});

test('the tokens of a renamed person are found and sorted by the new name, and by what it was changed to meanwhile', async () => {
  await using desk = await openDesk();
  const [bob, carol] = [await holder(desk, 300), await desk.join('Carol', 'member')];
  await carol.createToken({ name: 'hers' });
  const rename = async (name: string) =>
    expect(200, await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { name } }));
  await rename('Robert');
  // Between its look and its mark.
  await desk.sql(`create function rename_again() returns trigger language plpgsql as $$ begin
      update users set name = 'Zebedee', email = 'z@example.com' where name = 'Robert'; return null;
    end $$;
    create trigger rename_again after update of owner_label on credentials for each statement
      execute function rename_again()`);
  await desk.sql('grant update on users to keyward_app');
  await desk.runJobs();
  await syncOwners(desk.runtime);
  const found = expect(200, await desk.ada.send('GET /api/v1/admin/tokens?search=zebedee&limit=1'));
  assert.equal(found.body['items']?.['0']?.['owner']?.['name'], 'Zebedee');
  assert.equal(await count(desk, "credentials where owner_label = 'z@example.com zebedee'"), 300);
  const sorted = expect(200, await desk.ada.send('GET /api/v1/admin/tokens?sort=owner&order=asc&limit=1'));
  assert.equal(sorted.body['items']?.['0']?.['name'], 'hers');
});

test('a person with very many expired tokens makes, renames and is given tokens like any other', async () => {
  await using desk = await openDesk();
  const bob = await holder(desk);
  await desk.sql(
    "update credentials set created_at = now() - interval '9 days', expires_at = now() - interval '8 days'",
  );
  const [{ newest } = { newest: 0 }] = await desk.sql<{ newest: number }>(
    'select max(xmin::text::bigint)::int as newest from credentials',
  );
  const { credential } = await bob.createToken({ name: 'token 7' });
  expect(200, await bob.send(`PATCH /api/v1/tokens/${credential.id}`, { body: { name: 'token 8' } }));
  assert.equal(await count(desk, `credentials where xmin::text::bigint > ${newest}`), 3);
});
