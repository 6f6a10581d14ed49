import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantView } from '#server/people/tenants/schema.ts';
import { enrollAgent, enrollAgents } from '#server/testing/agents.ts';
import { textOf, type Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { acceptInvite, expect, type Person } from '#server/testing/person.ts';
import { openStream } from '#server/testing/stream.ts';

const shown = (answer: Answer) => answer.body as unknown as TenantView;

/** A tenant with an admin who has come. */
async function addTenant(desk: Desk, slug = 'acme'): Promise<{ id: string; eve: Person }> {
  const admin = { name: 'Eve', email: `eve@${slug}.example` };
  const made = await desk.ada.send('POST /api/v1/tenants', { body: { slug, name: 'Acme', admin } });
  assert.equal(made.status, 201, made.text);
  const eve = await acceptInvite(desk, textOf(made.body['inviteUrl']), 'Eve');
  return { id: textOf(made.body['tenant']?.['id']), eve };
}

test('a platform admin makes a tenant, sees its names and counts, and nothing inside it', async () => {
  await using desk = await openDesk();
  const { id, eve } = await addTenant(desk);
  assert.equal(eve.tenantId, id);
  await eve.createKey({ name: 'billing' });
  await eve.createToken({ name: 'laptop' });
  const [, gone] = await enrollAgents(desk, ['runner', 'deleted'], eve.id);
  await enrollAgent(desk, 'of-ada');
  expect(204, await eve.send(`DELETE /api/v1/agents/${gone?.id}`));
  const list = await desk.ada.send('GET /api/v1/tenants?search=acm');
  const [tenant] = list.body['items'] as unknown as TenantView[];
  assert.deepEqual(tenant?.counts, { users: 1, tokens: 1, keys: 1, agents: 1 });
  assert.deepEqual([tenant.slug, tenant.name, tenant.status], ['acme', 'Acme', 'active']);
  for (const call of [`GET /api/v1/users/${eve.id}`, `PATCH /api/v1/users/${eve.id}`])
    assert.equal(
      (await desk.ada.send(call, call.startsWith('P') ? { body: { name: 'X' } } : {})).status,
      404,
    );
  const renamed = await desk.ada.send(`PATCH /api/v1/tenants/${id}`, {
    body: { name: 'Acme Ltd' },
  });
  assert.equal(shown(renamed).name, 'Acme Ltd');
  const rateLimit = { perSecond: 5, atOnce: 50 };
  await eve.send('PATCH /api/v1/settings', { body: { rateLimit } });
  const seen = await desk.ada.send(`GET /api/v1/tenants/${id}`);
  assert.deepEqual(seen.body['limits'], { maxTokenDays: null, rate: rateLimit });
  const own = await desk.ada.send(`PATCH /api/v1/tenants/${id}`, { body: { rate: rateLimit } });
  assert.equal(own.status, 422, 'a tenant decides on its own limits');
  const log = await eve.send('GET /api/v1/audit?action=user.create');
  assert.equal(log.body['items']?.['0']?.['actor']?.['label'], desk.ada.email);
  const rows = await desk.sql("select from audit_events where action in ('tenant.create', 'tenant.update')");
  assert.equal(rows.length, 2);
});

test('a short name or an e-mail address that is taken makes no tenant', async () => {
  await using desk = await openDesk();
  await addTenant(desk);
  const make = async (body: object) =>
    (await desk.ada.send('POST /api/v1/tenants', { body: { name: 'Other', ...body } })).problem?.code;
  assert.equal(await make({ slug: 'acme' }), 'slug_taken');
  assert.equal(await make({ slug: 'default' }), 'slug_taken');
  assert.equal(await make({ slug: 'other', admin: { name: 'E', email: 'EVE@acme.example' } }), 'email_taken');
  for (const slug of ['Acme', '-a', 'a b', 'a'.repeat(64), ''])
    assert.equal(await make({ slug }), 'validation_failed');
  assert.equal((await desk.sql('select from tenants')).length, 2);
});

test('only platform admins look after tenants: no other admin does, of whichever tenant', async () => {
  await using desk = await openDesk();
  const { id, eve } = await addTenant(desk);
  const bob = await desk.join('Bob', 'admin');
  for (const person of [eve, bob])
    for (const call of [
      'GET /api/v1/tenants',
      `GET /api/v1/tenants/${id}`,
      `POST /api/v1/tenants/${id}/resume`,
    ])
      assert.equal((await person.send(call)).problem?.code, 'permission_denied', call);
  const flag = (who: Person, whom: Person, platformAdmin: boolean) =>
    who.send(`PATCH /api/v1/users/${whom.id}`, { body: { platformAdmin } });
  assert.equal((await flag(bob, bob, true)).problem?.code, 'permission_denied');
  assert.equal((await flag(eve, eve, true)).problem?.code, 'permission_denied');
  assert.equal((await flag(bob, desk.ada, false)).problem?.code, 'permission_denied');
  assert.equal(
    (await bob.send(`POST /api/v1/users/${desk.ada.id}/reset-password`)).problem?.code,
    'permission_denied',
  );
  const member = await desk.join('Mia', 'member');
  assert.equal((await flag(desk.ada, member, true)).problem?.code, 'validation_failed');
  assert.equal((await flag(desk.ada, bob, true)).status, 200);
  assert.equal((await bob.send('GET /api/v1/tenants')).status, 200);
  await assert.rejects(desk.sql('update users set platform_admin = true where id = $1', [eve.id]), /default/);
});

test('there is always a platform admin, also when two take the right from each other at once', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const bob = await desk.join('Bob', 'admin');
  const take = (from: Person, by: Person, on: Pick<Desk, 'send'>) =>
    on.send(`PATCH /api/v1/users/${from.id}`, { cookie: by.cookie, body: { platformAdmin: false } });
  assert.equal((await take(desk.ada, desk.ada, desk)).problem?.code, 'last_admin');
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { platformAdmin: true } });
  await Promise.all([take(bob, desk.ada, desk), take(desk.ada, bob, other)]);
  const left = await desk.sql('select from users where platform_admin');
  assert.equal(left.length, 1);
});

test('a platform admin who is made a member looks after no tenants any more, and their invites end', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'admin');
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { platformAdmin: true } });
  const admin = { name: 'Eve', email: 'eve@acme.example' };
  const made = await bob.send('POST /api/v1/tenants', { body: { slug: 'acme', name: 'Acme', admin } });
  assert.equal(made.status, 201);
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { platformAdmin: false } });
  await assert.rejects(acceptInvite(desk, textOf(made.body['inviteUrl']), 'Eve'), /code_invalid/);
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { platformAdmin: true } });
  const demoted = await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'member' } });
  assert.deepEqual([demoted.body['role'], demoted.body['platformAdmin']], ['member', false]);
});

test('all of a suspended tenant is refused on its next request, what is open ends, and resuming brings back what was not revoked', async () => {
  await using desk = await openDesk();
  const { id, eve } = await addTenant(desk);
  const token = await eve.createToken({ name: 'laptop' });
  const key = await eve.createKey({ name: 'billing' });
  const gone = await eve.createToken({ name: 'gone' });
  await eve.revokeToken(gone.credential.id);
  await using stream = await openStream(desk.origin, { cookie: eve.cookie });
  await stream.next();
  const suspend = (body: object) => desk.ada.send(`POST /api/v1/tenants/${id}/suspend`, { body });
  assert.equal((await suspend({})).status, 422);
  assert.equal(shown(await suspend({ reason: 'unpaid' })).suspendReason, 'unpaid');
  for (const who of [{ cookie: eve.cookie }, { token: token.token }, { token: key.token }]) {
    const refused = await desk.send('GET /api/v1/me', who);
    assert.deepEqual([refused.status, refused.problem?.code], [403, 'tenant_suspended']);
    assert.match(refused.problem?.detail ?? '', /This organisation is suspended/);
  }
  assert.equal(await stream.next(), null);
  assert.equal((await desk.ada.send('GET /api/v1/me')).status, 200, 'other tenants go on');
  await desk.ada.send(`POST /api/v1/tenants/${id}/resume`);
  for (const who of [{ cookie: eve.cookie }, { token: token.token }, { token: key.token }])
    assert.equal((await desk.send('GET /api/v1/me', who)).status, 200);
  assert.equal((await desk.send('GET /api/v1/me', { token: gone.token })).status, 401);
});

test('the tenant default is neither suspended nor deleted', async () => {
  await using desk = await openDesk();
  const at = `/api/v1/tenants/${desk.ada.tenantId}`;
  const suspended = await desk.ada.send(`POST ${at}/suspend`, { body: { reason: 'x' } });
  assert.equal(suspended.problem?.code, 'own_tenant');
  const deleted = await desk.ada.send(`DELETE ${at}`, { body: { confirm: 'default' } });
  assert.equal(deleted.problem?.code, 'own_tenant');
});

test('a deleted tenant is suspended at once, and comes back as it was when it is restored in time', async () => {
  await using desk = await openDesk();
  const { id, eve } = await addTenant(desk);
  const remove = (confirm: string) => desk.ada.send(`DELETE /api/v1/tenants/${id}`, { body: { confirm } });
  assert.equal((await remove('other')).problem?.code, 'validation_failed');
  assert.equal(shown(await remove('acme')).status, 'deleted');
  assert.equal((await eve.send('GET /api/v1/me')).problem?.code, 'tenant_suspended');
  for (const call of ['resume', 'suspend'])
    assert.equal(
      (
        await desk.ada.send(
          `POST /api/v1/tenants/${id}/${call}`,
          call === 'suspend' ? { body: { reason: 'x' } } : {},
        )
      ).problem?.code,
      'tenant_deleted',
    );
  assert.equal(shown(await desk.ada.send(`POST /api/v1/tenants/${id}/restore`)).status, 'active');
  assert.equal((await eve.send('GET /api/v1/me')).status, 200);
  await desk.ada.send(`POST /api/v1/tenants/${id}/suspend`, { body: { reason: 'unpaid' } });
  await remove('acme');
  assert.equal(shown(await desk.ada.send(`POST /api/v1/tenants/${id}/restore`)).status, 'suspended');
});
