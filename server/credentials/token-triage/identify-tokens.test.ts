import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSecret } from '#server/core/secrets/format.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { acceptInvite } from '#server/testing/person.ts';

test('tokens in a text are told apart: current, retired, and unknown, each once and in the order of the text', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const live = await bob.createToken({ name: 'laptop' });
  const revoked = await bob.createToken({ name: 'gone' });
  await bob.revokeToken(revoked.credential.id);
  const retired = newSecret('pat');
  await desk.sql(
    `insert into secrets (hash, credential_id, prefix, epoch, state, created_at, valid_until)
     values ($1, $2, $3, 7, 'retired', now(), now())`,
    [retired.hash(), live.credential.id, retired.reveal().slice(0, 15)],
  );
  const unknown = newSecret('pat').reveal();
  const broken = `${unknown.slice(0, -1)}${unknown.endsWith('0') ? '1' : '0'}`;
  const text = `[x] Authorization: Bearer ${revoked.token}\n${broken} ${unknown};${live.token},"${retired.reveal()}" ${live.token}`;
  const answer = await desk.ada.send('POST /api/v1/admin/tokens/identify', { body: { text } });
  assert.equal(answer.status, 200, answer.text);
  const items = answer.body['items'] as unknown as {
    prefix: string;
    state: string;
    token: { name: string; status: string; owner: { email: string } } | null;
  }[];
  assert.deepEqual(
    items.map(({ state, token }) => [state, token?.name, token?.status, token?.owner.email]),
    [
      ['current', 'gone', 'revoked', 'bob@example.com'],
      ['unknown', undefined, undefined, undefined],
      ['current', 'laptop', 'active', 'bob@example.com'],
      ['retired', 'laptop', 'active', 'bob@example.com'],
    ],
  );
  assert.equal(items[1]?.prefix, unknown.slice(0, 15));
});

interface Identified {
  prefix: string;
  by: string;
  state: string;
  token: { name: string } | null;
}

async function identify(desk: Desk, text: string): Promise<(string | undefined)[][]> {
  const answer = await desk.ada.send('POST /api/v1/admin/tokens/identify', { body: { text } });
  assert.equal(answer.status, 200, answer.text);
  const items = answer.body['items'] as unknown as Identified[];
  return items.map(({ by, state, token }) => [by, state, token?.name]);
}

test('a prefix leads to every token that has it, a cut or mistyped secret to what it begins like, each in a line', async () => {
  await using desk = await openDesk();
  const laptop = await desk.ada.createToken({ name: 'laptop' });
  desk.clock.advance({ hours: 1 });
  const twin = await desk.ada.createToken({ name: 'twin' });
  await desk.sql('update secrets set prefix = $2 where credential_id = $1', [
    twin.credential.id,
    laptop.credential.prefix,
  ]);
  const { prefix } = laptop.credential;
  const both = [
    ['prefix', 'current', 'twin'],
    ['prefix', 'current', 'laptop'],
  ];
  assert.deepEqual(await identify(desk, `401 ${prefix}… 203.0.113.7\n401 ${prefix}…`), both);
  assert.deepEqual(await identify(desk, laptop.token.slice(0, 30)), both);
  assert.deepEqual(await identify(desk, `${laptop.token} ${prefix}`), [['secret', 'current', 'laptop']]);
  assert.deepEqual(await identify(desk, `kw_pat_zzzzzzzz ${prefix.slice(0, -1)} kw_pat_yyyyyyyyyy`), [
    ['prefix', 'unknown', undefined],
    ['prefix', 'unknown', undefined],
  ]);
});

test('of a prefix that very many tokens have the ten newest are named', async () => {
  await using desk = await openDesk();
  for (let nth = 0; nth < 11; nth++) {
    await desk.ada.createToken({ name: `token ${nth}` });
    desk.clock.advance({ seconds: 1 });
  }
  await desk.sql("update secrets set prefix = 'kw_pat_aaaaaaaa'");
  const found = await identify(desk, 'kw_pat_aaaaaaaa');
  assert.equal(found.length, 10);
  assert.ok(!found.some(([, , name]) => name === 'token 0'), 'the oldest is left out');
});

test('neither a secret nor a prefix leads to another tenant’s token', async () => {
  await using desk = await openDesk();
  const theirs = newSecret('pat');
  const tenant = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';
  const token = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a403';
  await desk.sql(`insert into tenants (id, slug, name, created_at) values ('${tenant}', 'other', 'Other', now());
    insert into users (id, tenant_id, email, name, role, created_at)
      values ('019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402', '${tenant}', 'eve@other.example', 'Eve', 'admin', now());
    insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
      values ('${token}', '${tenant}', 'pat', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402', 'theirs', array['*'], now())`);
  await desk.sql(
    `insert into secrets (hash, credential_id, prefix, epoch, state, created_at) values ($1, $2, $3, 1, 'current', now())`,
    [theirs.hash(), token, theirs.reveal().slice(0, 15)],
  );
  assert.deepEqual(await identify(desk, theirs.reveal()), [['secret', 'unknown', undefined]]);
  assert.deepEqual(await identify(desk, theirs.reveal().slice(0, 15)), [['prefix', 'unknown', undefined]]);
});

test('what was pasted is nowhere afterwards: not in the answer, the logs, a table or the audit log, which says how many', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_LOG_LEVEL: 'debug' } });
  const { token } = await desk.ada.createToken({ name: 'laptop' });
  const unknown = newSecret('key').reveal();
  const marker = 'a line that nobody else writes';
  const text = `${marker} ${token} ${unknown}`;
  const answer = await desk.ada.send('POST /api/v1/admin/tokens/identify', { body: { text } });
  assert.equal(answer.status, 200);
  await desk.settle();
  const tables = await desk.sql<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
  );
  const rows: string[] = [];
  for (const { name } of tables)
    rows.push(
      ...(await desk.sql<{ row: string }>(`select t::text as row from ${name} t`)).map(({ row }) => row),
    );
  const everything = [answer.text, ...desk.logged, ...rows].join('\n');
  for (const pasted of [marker, token.slice(16), unknown.slice(16)])
    assert.ok(!everything.includes(pasted), pasted);
  const [row] = await desk.sql<{ detail: object }>(
    "select detail from audit_events where action = 'token.identify'",
  );
  assert.deepEqual(row?.detail, { found: 2, known: 1 });
});

test('a text of 200,000 characters is looked through, one more character is refused', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'laptop' });
  const fill = (length: number) => `${token} ${'x'.repeat(length - token.length - 1)}`;
  const whole = await desk.ada.send('POST /api/v1/admin/tokens/identify', { body: { text: fill(200_000) } });
  assert.equal((whole.body['items'] as unknown as object[]).length, 1);
  const more = await desk.ada.send('POST /api/v1/admin/tokens/identify', { body: { text: fill(200_001) } });
  assert.equal(more.status, 422);
  const none = await desk.ada.send('POST /api/v1/admin/tokens/identify', { body: { text: 'nothing here' } });
  assert.deepEqual(none.body, { items: [], skipped: 0 });
});

test('a key in a text is identified for those who may read keys, and unknown to others and to other tenants', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createKey({ name: 'billing' });
  const identifyBy = async (who: { cookie: string } | { token: string }) => {
    const answer = await desk.send('POST /api/v1/admin/tokens/identify', { ...who, body: { text: token } });
    assert.equal(answer.status, 200, answer.text);
    const [item] = answer.body['items'] as unknown as { state: string; token: null; key: object | null }[];
    return [item?.state, item?.token, item?.key];
  };
  const found = { id: credential.id, name: 'billing', status: 'active' };
  assert.deepEqual(await identifyBy({ cookie: desk.ada.cookie }), ['current', null, found]);
  const narrow = await desk.ada.createToken({ name: 'triage', permissions: ['tokens:admin'] });
  assert.deepEqual(await identifyBy(narrow), ['unknown', null, null]);
  const made = await desk.ada.send('POST /api/v1/tenants', {
    body: { slug: 'acme', name: 'Acme', admin: { email: 'eve@acme.example', name: 'Eve' } },
  });
  const eve = await acceptInvite(desk, textOf(made.body['inviteUrl']), 'Eve');
  assert.deepEqual(await identifyBy(eve), ['unknown', null, null]);
});
