import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Meta } from '#server/core/procedures/builders.ts';
import type { CreatedTokenView } from '#server/credentials/tokens/schema.ts';
import { appRouter } from '#server/doors/trpc/app-router.ts';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openIssuer } from '#server/testing/issuer.ts';
import { goodPassword, signIn, type Person } from '#server/testing/person.ts';

type Act = (desk: Desk, bob: Person, made: CreatedTokenView) => Promise<Answer>;

/** A key of Ada's, made without signing in. */
async function keyOf({ sql, ada }: Desk): Promise<string> {
  const [row] = await sql<{ id: string }>(
    `with made as (insert into credentials (id, tenant_id, kind, made_by, name, permissions, resources, created_at)
       values (gen_random_uuid(), $1, 'key', $2, gen_random_uuid()::text, array['verify'], '{"agent": [], "flow": [], "mcp_tool": [], "vector_store": [], "llm_model": []}', now()) returning id),
     proof as (insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
       select sha256(id::text::bytea), id, 'kw_key_' || left(md5(id::text), 8), 1, 'current', now() from made)
     select id from made`,
    [ada.tenantId, ada.id],
  );
  return row?.id ?? '';
}

/** An agent of Ada's, made the same way. */
async function agentOf({ sql, ada }: Desk): Promise<string> {
  const [row] = await sql<{ id: string }>(
    `with made as (insert into credentials (id, tenant_id, kind, name, permissions, resources, created_at)
       values (gen_random_uuid(), $1, 'agent', 'a' || gen_random_uuid(), array['profile:read'],
         '{"agent": [], "flow": [], "mcp_tool": [], "vector_store": [], "llm_model": []}', now()) returning id)
     insert into agents (id, tenant_id, owner_user_id) select id, $1, $2 from made returning id`,
    [ada.tenantId, ada.id],
  );
  return row?.id ?? '';
}

async function tenantOf({ sql }: Desk): Promise<string> {
  const [row] = await sql<{ id: string }>(
    `insert into tenants (id, slug, name, created_at) values (gen_random_uuid(), 'other', 'Other', now())
     on conflict (slug) do update set name = 'Other' returning id`,
  );
  return row?.id ?? '';
}

/** Each of the acts that need a recent sign-in, by its procedure. */
const acts: Record<string, Act> = {
  'tokens.create': ({ ada }) => ada.send('POST /api/v1/tokens', { body: { name: 'other' } }),
  'tokens.rotate': ({ ada }, _, { credential }) =>
    ada.send(`POST /api/v1/tokens/${credential.id}/rotate`, { body: { graceSeconds: 0 } }),
  'setupCodes.make': ({ ada }) => ada.send('POST /api/v1/setup-codes', { body: {} }),
  'device.approve': async (desk) => {
    const { body } = await desk.send('POST /oauth/device_authorization', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      text: 'client_id=keyward-cli',
    });
    return desk.ada.send('POST /trpc/device.approve', { body: { userCode: body['user_code'] } });
  },
  'users.create': ({ ada }) =>
    ada.send('POST /api/v1/users', { body: { name: 'Eve', email: 'eve@example.com', role: 'member' } }),
  'users.update': ({ ada }, bob) => ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'manager' } }),
  'users.invite': async (desk) => {
    const [eve] = await desk.sql<{ id: string }>("select id from users where name = 'Invited'");
    return desk.ada.send(`POST /api/v1/users/${eve?.id}/invite`, { body: {} });
  },
  'users.setPassword': ({ ada }, bob) =>
    ada.send(`POST /api/v1/users/${bob.id}/set-password`, { body: { password: 'nine harbours under snow' } }),
  'users.resetPassword': ({ ada }, bob) =>
    ada.send(`POST /api/v1/users/${bob.id}/reset-password`, { body: {} }),
  'audit.export': ({ ada }) => ada.send('GET /api/v1/audit/export?format=ndjson'),
  'keys.create': ({ ada }) =>
    ada.send('POST /api/v1/api-keys', { body: { name: 'billing', permissions: ['verify'] } }),
  'keys.enable': async (desk) => desk.ada.send(`POST /api/v1/api-keys/${await keyOf(desk)}/enable`),
  'keys.rotate': async (desk) =>
    desk.ada.send(`POST /api/v1/api-keys/${await keyOf(desk)}/rotate`, { body: { graceSeconds: 0 } }),
  'agents.create': ({ ada }) => ada.send('POST /api/v1/agents', { body: { name: 'runner' } }),
  'agents.issueCode': async (desk) =>
    desk.ada.send(`POST /api/v1/agents/${await agentOf(desk)}/code`, { body: {} }),
  'tenants.create': ({ ada }) => ada.send('POST /api/v1/tenants', { body: { slug: 'other', name: 'Other' } }),
  'tenants.addAdmin': async (desk) =>
    desk.ada.send(`POST /api/v1/tenants/${await tenantOf(desk)}/admins`, {
      body: { name: 'Eve', email: 'eve@example.com' },
    }),
  'tenants.suspend': async (desk) =>
    desk.ada.send(`POST /api/v1/tenants/${await tenantOf(desk)}/suspend`, { body: { reason: 'unpaid' } }),
  'tenants.resume': async (desk) => desk.ada.send(`POST /api/v1/tenants/${await tenantOf(desk)}/resume`),
  'tenants.restore': async (desk) => {
    const id = await tenantOf(desk);
    await desk.sql('update tenants set suspended_at = now(), deleted_at = now() where id = $1', [id]);
    return desk.ada.send(`POST /api/v1/tenants/${id}/restore`);
  },
  'tenants.delete': async (desk) =>
    desk.ada.send(`DELETE /api/v1/tenants/${await tenantOf(desk)}`, { body: { confirm: 'other' } }),
  'oidc.link': ({ ada }) => ada.send('POST /trpc/oidc.link', { body: {} }),
};

/** It goes by the field: a new name needs none. */
const byField = 'users.update';

const confirm = (person: Person, password: string) =>
  person.send('POST /api/v1/auth/confirm', { body: { password } });

test('every procedure that asks for a recent sign-in is tried here', () => {
  const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { meta?: Meta } }>;
  const asking = Object.keys(procedures).filter((name) => procedures[name]?._def.meta?.fresh);
  assert.deepEqual([...asking, byField].toSorted(), Object.keys(acts).toSorted());
});

for (const [name, act] of Object.entries(acts)) {
  test(`${name} is refused twelve hours after the sign-in, until the password is given again`, async () => {
    await using issuer = await openIssuer();
    await using desk = await openDesk({ settings: issuer.settings });
    const bob = await desk.join('Bob', 'member');
    const made = await desk.ada.createToken({ name: 'laptop' });
    const body = { name: 'Invited', email: 'invited@example.com', role: 'member' };
    await desk.ada.send('POST /api/v1/users', { body });
    desk.clock.advance({ hours: 12, seconds: 1 });
    const refused = await act(desk, bob, made);
    assert.equal(refused.status, 403, refused.text);
    assert.equal(refused.problem?.code, 'sign_in_again');

    assert.equal((await confirm(desk.ada, goodPassword)).status, 204);
    const done = await act(desk, bob, made);
    assert.ok(done.status < 300, done.text);
  });
}

test('it is not asked for within twelve hours of signing in, nor for a new name', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  desk.clock.advance({ hours: 12 });
  await desk.ada.createToken({ name: 'laptop' });
  desk.clock.advance({ hours: 1 });
  const renamed = await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { name: 'Robert' } });
  assert.equal(renamed.status, 200);
});

test('a token is asked for no sign-in', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token } = await desk.ada.createToken({ name: 'ci' });
  desk.clock.advance({ days: 2 });
  const changed = await desk.send(`PATCH /api/v1/users/${bob.id}`, { token, body: { role: 'manager' } });
  assert.equal(changed.status, 200);
});

test('a wrong password confirms nothing, and confirming renews this session only', async () => {
  await using desk = await openDesk();
  const other = await signIn(desk, desk.ada.email, goodPassword);
  desk.clock.advance({ hours: 13 });
  const wrong = await confirm(desk.ada, 'not this one');
  assert.equal(wrong.status, 422);
  assert.deepEqual(wrong.problem?.errors, [{ path: 'password', message: 'This is not your password.' }]);
  const make = { body: { name: 'laptop' } };
  assert.equal((await desk.ada.send('POST /api/v1/tokens', make)).problem?.code, 'sign_in_again');

  await confirm(desk.ada, goodPassword);
  assert.equal((await other.send('POST /api/v1/tokens', make)).problem?.code, 'sign_in_again');
  assert.equal((await desk.ada.send('POST /api/v1/tokens', make)).status, 201);
  desk.clock.advance({ hours: 12, seconds: 1 });
  await desk.settle();
  const again = await desk.ada.send('POST /api/v1/tokens', { body: { name: 'other' } });
  assert.equal(again.problem?.code, 'sign_in_again');
});

test('a password that an admin chose confirms nothing, and one’s own that replaces it does', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  // As for someone who came in by another way since the password was chosen.
  await desk.sql('update users set password_chosen_by_admin = true where id = $1', [bob.id]);
  await desk.sql(
    `insert into one_time_codes (id, tenant_id, user_id, hash, purpose, created_at, expires_at, issued_by,
       issued_session_id, required_role)
     values (gen_random_uuid(), $1, $2, sha256('none'), 'password', now(), now() + interval '1 day', $3,
       gen_random_uuid(), 'admin')`,
    [bob.tenantId, bob.id, desk.ada.id],
  );
  desk.clock.advance({ hours: 13 });
  assert.equal((await confirm(bob, goodPassword)).problem?.code, 'password_change_required');
  const make = () => bob.send('POST /api/v1/tokens', { body: { name: 'laptop' } });
  assert.equal((await make()).problem?.code, 'sign_in_again');
  const body = { currentPassword: goodPassword, newPassword: 'nine harbours under snow' };
  assert.equal((await bob.send('POST /api/v1/account/password', { body })).status, 204);
  assert.equal((await make()).status, 201);
});

test('all sessions of a person have thirty wrong passwords together, and a sign-in begins the count anew', async () => {
  await using desk = await openDesk();
  const sessions = [];
  for (let n = 0; n < 4; n++) sessions.push(await signIn(desk, desk.ada.email, goodPassword));
  const [last, ...stolen] = sessions;
  assert.ok(last);
  for (const session of stolen) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(session, 'not this one')));
    assert.ok(answers.every(({ status }) => status === 422));
  }
  assert.equal((await confirm(last, goodPassword)).problem?.code, 'rate_limited');
  await signIn(desk, desk.ada.email, goodPassword);
  assert.equal((await confirm(last, goodPassword)).status, 204);
});

test('confirming is audited, without the password', async () => {
  await using desk = await openDesk();
  await confirm(desk.ada, goodPassword);
  const rows = await desk.sql<{ actor_label: string; all: string }>(
    "select actor_label, a::text as all from audit_events a where action = 'session.confirm'",
  );
  assert.deepEqual(
    rows.map((row) => row.actor_label),
    ['ada@example.com'],
  );
  assert.doesNotMatch(rows[0]?.all ?? '', /lanterns/);
});

test('a sign-in is not renewed for a session that has ended, nor for a token', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const byToken = await desk.send('POST /api/v1/auth/confirm', { token, body: { password: goodPassword } });
  assert.equal(byToken.problem?.code, 'session_required');
  await desk.ada.send('POST /api/v1/auth/logout');
  assert.equal((await confirm(desk.ada, goodPassword)).status, 401);
});
