import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkPageView, LinkView } from '#server/core/one-time-codes/schema.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { handOut, handoutKinds } from '#server/testing/handouts.ts';
import { openMailbox } from '#server/testing/mailbox.ts';
import { expect, signIn, type Person } from '#server/testing/person.ts';

const settings = { KEYWARD_TRUSTED_PROXIES: '127.0.0.0/8' };

async function list({ ada }: Desk, query = '', by: Pick<Person, 'send'> = ada): Promise<LinkPageView> {
  return expect(200, await by.send(`GET /api/v1/links${query}`)).body as unknown as LinkPageView;
}
const kindsOf = ({ items }: LinkPageView) => items.map(({ kind }) => kind);
const revoke = (by: Pick<Person, 'send'>, id: string) => by.send(`DELETE /api/v1/links/${id}`);

test('what was handed out is listed while it works: of which kind, for whom, by whom, until when', async () => {
  await using desk = await openDesk({ settings });
  assert.deepEqual((await list(desk)).items, []);
  const all = [];
  for (const kind of handoutKinds) all.push(await handOut(desk, desk.ada, kind));
  const page = await list(desk);
  // The reset is for someone who was invited too; a chosen password ends the invite before it.
  assert.deepEqual(kindsOf(page), ['agent', 'device', 'setup', 'password', 'reset', 'invite', 'invite']);
  for (const link of page.items) assert.deepEqual(link.issuedBy, { id: desk.ada.id, label: desk.ada.email });
  const [agent, device] = page.items;
  assert.equal(device?.user.id, desk.ada.id);
  const named = expect(200, await desk.ada.send('GET /api/v1/agents')).body['items']?.['0']?.['name'];
  assert.equal(agent?.about, named);
  for (const { use } of all) assert.equal(await use(), true);
  assert.deepEqual(kindsOf(await list(desk)), []);
});

test('the list is read in pages, and holds neither what has expired nor another tenant’s', async () => {
  await using desk = await openDesk({ settings });
  for (let n = 0; n < 3; n++) await handOut(desk, desk.ada, 'invite');
  const first = await list(desk, '?limit=2');
  const second = await list(desk, `?limit=2&cursor=${first.nextCursor}`);
  assert.equal(new Set([...first.items, ...second.items].map(({ id }) => id)).size, 3);
  assert.equal(second.nextCursor, null);
  const stranger = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a4ff';
  await desk.sql("insert into tenants (id, slug, name, created_at) values ($1, 'other', 'Other', now())", [
    stranger,
  ]);
  await desk.sql(
    `insert into users (id, tenant_id, email, name, role, created_at)
     values ($1, $1, 'mallory@example.com', 'Mallory', 'admin', now())`,
    [stranger],
  );
  await desk.sql(
    `insert into one_time_codes (id, tenant_id, user_id, hash, purpose, created_at, expires_at)
     values ($1, $1, $1, sha256('x'), 'magic', now(), now() + interval '1 day')`,
    [stranger],
  );
  assert.equal((await list(desk)).items.length, 3);
  assert.equal((await revoke(desk.ada, stranger)).problem?.code, 'not_found');
  desk.clock.advance({ hours: 24 });
  const later = await signIn(desk, desk.ada.email, desk.ada.password);
  assert.deepEqual((await list(desk, '', later)).items, []);
});

test('a revoked link no longer works, is audited with its issuer, and revoking it again changes nothing', async (t) => {
  for (const kind of handoutKinds) {
    await t.test(kind, async () => {
      await using desk = await openDesk({ settings });
      const eve = await desk.join('Eve', 'admin');
      const { use } = await handOut(desk, eve, kind);
      const link = (await list(desk)).items.find((item) => item.kind === kind);
      for (let n = 0; n < 2; n++) expect(204, await revoke(desk.ada, link?.id ?? ''));
      assert.equal(await use(), false);
      const rows = await desk.sql<{ resource_id: string; detail: object }>(
        "select resource_id, detail from audit_events where action = 'link.revoke'",
      );
      const issuedBy = { id: eve.id, label: eve.email };
      assert.deepEqual(rows, [{ resource_id: link?.user.id, detail: { link: link?.id, kind, issuedBy } }]);
    });
  }
});

test('who uses what was handed to them leaves the issuer’s name in the log', async (t) => {
  const rows: Record<(typeof handoutKinds)[number], string[]> = {
    invite: ['user.accept_invite', 'auth.login'],
    reset: ['user.complete_reset'],
    password: ['auth.login', 'user.complete_reset'],
    setup: ['setup_code.redeem'],
    device: ['device.collect'],
    agent: ['agent.enroll'],
  };
  for (const kind of handoutKinds) {
    await t.test(kind, async () => {
      await using desk = await openDesk({ settings });
      const eve = await desk.join('Eve', 'admin');
      const { use } = await handOut(desk, eve, kind);
      assert.equal(await use(), true);
      const named = await desk.sql<{ action: string }>(
        `select action from audit_events where detail->'issuedBy' = $1 order by sequence`,
        [{ id: eve.id, label: eve.email }],
      );
      assert.deepEqual(
        named.map(({ action }) => action),
        rows[kind],
      );
    });
  }
});

test('an invite that was mailed too is one link, and revoking it ends the mailed one', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: { ...settings, ...mailbox.settings } });
  const { use } = await handOut(desk, desk.ada, 'invite');
  await desk.runJobs();
  const page: { items: LinkView[] } = await list(desk);
  assert.equal(page.items.length, 1);
  expect(204, await revoke(desk.ada, page.items[0]?.id ?? ''));
  assert.equal(await use(), false);
  assert.deepEqual(await desk.sql('select from one_time_codes where consumed_at is null'), []);
});

test('a mailed invite ends with its issuer too', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: { ...settings, ...mailbox.settings } });
  const eve = await desk.join('Eve', 'admin');
  await desk.runJobs();
  await handOut(desk, eve, 'invite');
  await desk.runJobs();
  expect(200, await desk.ada.send(`POST /api/v1/users/${eve.id}/deactivate`, { body: {} }));
  assert.deepEqual(await desk.sql('select from one_time_codes where consumed_at is null'), []);
});
