import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pruneTenants } from '#server/people/tenants/prune-tenants.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createAgent, enrollByCode } from '#server/testing/enrollment.ts';
import { acceptInvite } from '#server/testing/person.ts';
import { addTokensTo } from '#server/testing/tokens.ts';

const tables = [
  'users',
  'sessions',
  'credentials',
  'credential_last_use',
  'credential_search',
  'credential_tallies',
  'one_time_codes',
  'notices',
  'setup_codes',
  'agents',
  'rotations',
];

const countOf = async (desk: Desk, table: string, id: string) =>
  (await desk.sql(`select from ${table} where tenant_id = $1`, [id])).length;

/** A tenant with something in every table, deleted so many days ago. */
async function deletedTenant(desk: Desk, days: number): Promise<string> {
  const admin = { name: 'Eve', email: 'eve@acme.example' };
  const made = await desk.ada.send('POST /api/v1/tenants', { body: { slug: 'acme', name: 'Acme', admin } });
  const eve = await acceptInvite(desk, textOf(made.body['inviteUrl']), 'Eve');
  const key = await eve.createKey({ name: 'billing' });
  await desk.send('GET /api/v1/me', { token: key.token });
  await eve.send('POST /api/v1/setup-codes', { body: {} });
  const { agent, code } = await createAgent(eve, { name: 'runner' });
  await enrollByCode(desk, code);
  await eve.send(`POST /api/v1/agents/${agent.id}/rotate`, { body: { wait: 'reconnect' } });
  await eve.send(`POST /api/v1/agents/${agent.id}/code`, { body: {} });
  const added = { name: 'Mia', email: 'mia@acme.example', role: 'member' };
  const { body } = await eve.send('POST /api/v1/users', { body: added });
  await eve.send(`POST /api/v1/users/${textOf(body['id'])}/deactivate`, { body: {} });
  await addTokensTo(desk, eve, 50);
  await desk.settle();
  const id = textOf(made.body['tenant']?.['id']);
  await desk.ada.send(`DELETE /api/v1/tenants/${id}`, { body: { confirm: 'acme' } });
  await desk.sql(`update tenants set deleted_at = now() - make_interval(days => $2) where id = $1`, [
    id,
    days,
  ]);
  return id;
}

test('a tenant is erased 30 days after its deletion, all but its audit log, and not a day sooner', async () => {
  await using desk = await openDesk();
  const id = await deletedTenant(desk, 29);
  const rows = await countOf(desk, 'audit_events', id);
  await pruneTenants(desk.runtime);
  assert.equal(await countOf(desk, 'users', id), 2);
  await assert.rejects(desk.runtime.pool.query('select purge_tenant($1, 10)', [id]), /not to be erased/);
  await desk.sql(`update tenants set deleted_at = now() - interval '31 days' where id = $1`, [id]);
  const late = await desk.ada.send(`POST /api/v1/tenants/${id}/restore`);
  assert.equal(late.problem?.code, 'tenant_deleted');
  await pruneTenants(desk.runtime);
  for (const table of tables) assert.equal(await countOf(desk, table, id), 0, table);
  assert.equal(await countOf(desk, 'audit_events', id), rows);
  assert.equal((await desk.ada.send(`GET /api/v1/tenants/${id}`)).body['status'], 'purged');
  assert.equal((await desk.ada.send('GET /api/v1/me')).status, 200);
  const steps = await desk.sql<{ detail: { step: string } }>(
    "select detail from audit_events where action = 'tenant.purge' order by sequence",
  );
  assert.deepEqual(
    steps.map(({ detail }) => detail.step),
    ['began', 'done'],
  );
  await pruneTenants(desk.runtime);
  assert.equal((await desk.sql("select from audit_events where action = 'tenant.purge'")).length, 2);
});

test('what was begun is gone on with and not restored, wherever it was broken off', async () => {
  await using desk = await openDesk();
  const id = await deletedTenant(desk, 31);
  await desk.sql('update tenants set purge_began_at = now() where id = $1', [id]);
  for (let batch = 0; batch < 7; batch++) await desk.runtime.pool.query('select purge_tenant($1, 3)', [id]);
  await assert.rejects(
    desk.sql('update tenants set deleted_at = null where id = $1', [id]),
    /cannot be restored/,
  );
  await pruneTenants(desk.runtime);
  for (const table of tables) assert.equal(await countOf(desk, table, id), 0, table);
});

test('the database erases no tenant that lives, is only suspended, or is the default, for any role', async () => {
  await using desk = await openDesk();
  const ask = (id: string) => desk.sql('select purge_tenant($1, 10)', [id]);
  await assert.rejects(ask(desk.ada.tenantId), /not to be erased/);
  const old = "now() - interval '60 days'";
  await desk.sql(
    "insert into tenants (id, slug, name, created_at) values (gen_random_uuid(), 'other', 'Other', now())",
  );
  await assert.rejects(desk.sql(`update tenants set suspended_at = ${old}, deleted_at = ${old}`), {
    code: '23514',
  });
  await assert.rejects(
    desk.runtime.pool.query(
      `update tenants set suspended_at = ${old}, deleted_at = ${old} where slug <> 'default'`,
    ),
    /deleted now, not before/,
  );
  await desk.sql(`update tenants set suspended_at = ${old}`);
  await assert.rejects(ask(desk.ada.tenantId), /not to be erased/);
});
