import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { connectAsOwner } from '#db/connect.ts';
import { listRan, migrateWithin } from '#db/migrate.ts';
import { migrateDatabase } from '#server/testing/cluster.ts';
import { createDatabase, oddLocales } from '#server/testing/database.ts';

const tenant = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';
const userId = (n: number) => `019aa8b4-6f00-7cc3-98c5-dc9fd1c5b00${n}`;
const tokenId = (n: number) => `019aa8b4-6f00-7cc3-98c5-dc9fd1c5c00${n}`;

/** A database as the version before had it, with people of these addresses, and tokens of these names of the first of them. */
async function openOld(locale: string, emails: string[], tokens: string[] = []) {
  const database = await createDatabase('template0', locale);
  const client = await connectAsOwner(database.address);
  await client.query('begin');
  await migrateWithin(client, '0022_retire_identities.sql');
  await client.query(
    `insert into tenants (id, slug, name, created_at) values ($1, 'default', 'Default', now())`,
    [tenant],
  );
  for (const [index, email] of emails.entries())
    await client.query(
      `insert into users (id, tenant_id, email, name, role, created_at) values ($1, $2, $3, 'ΑΔΑ Σ', 'admin', now())`,
      [userId(index), tenant, email],
    );
  for (const [index, name] of tokens.entries())
    await client.query(
      `insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
       values ($1, $2, 'pat', $3, $4, array['*'], now())`,
      [tokenId(index), tenant, userId(0), name],
    );
  await client.query('commit');
  return {
    address: database.address,
    query: async <Row extends object>(text: string) => (await client.query<Row>(text)).rows,
    ran: async () => (await listRan(client)).map(({ name }) => name),
    async [Symbol.asyncDispose]() {
      await client.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('accounts that a Turkish database told apart by case stop the migration whole, and are named', async () => {
  await using old = await openOld(oddLocales.turkish, ['Info@izmir.example', 'info@izmir.example']);
  await assert.rejects(migrateDatabase(old.address), {
    message:
      /^db\/migrations\/\d+_fold_text\.sql failed: these e-mail addresses differ .*: Info@izmir\.example, info@izmir\.example\. Start the version that ran before, change them, then start this one again\.$/,
  });
  assert.ok(!(await old.ran()).some((name) => name.endsWith('_fold_text.sql')));
  await old.query(`update users set email = 'desk@izmir.example' where id = '${userId(1)}'`);
  await migrateDatabase(old.address);
  assert.ok((await old.ran()).some((name) => name.endsWith('_fold_text.sql')));
});

test('an address that is not ASCII stops it too, but not one of a person who was deleted', async () => {
  await using old = await openOld('', ['ada@example.com', 'ünal@example.com']);
  await assert.rejects(migrateDatabase(old.address), { message: /or are not ASCII: ünal@example\.com\./ });
  await old.query(`update users set deleted_at = now() where id = '${userId(1)}'`);
  await migrateDatabase(old.address);
});

test('what is there is folded anew, keeps its name, and of two names that look alike one holds it', async () => {
  const names = ['cafe\u0301', 'caf\u00E9', 'e\u0301', 'ΟΔΟΣ', 'İZMİR'];
  await using old = await openOld(oddLocales.turkish, ['INFO@izmir.example'], names);
  await migrateDatabase(old.address);
  const tokens = await old.query<{ name: string; name_released: boolean; owner_label: string; text: string }>(
    'select name, name_released, owner_label, text from credentials join credential_search on credential_id = id order by id',
  );
  const label = 'info@izmir.example αδα σ';
  assert.deepEqual(
    tokens.map((token) => [token.name, token.name_released, token.owner_label, token.text]),
    [
      [names[0], true, label, `caf\u00E9\n${label}`],
      [names[1], false, label, `caf\u00E9\n${label}`],
      [names[2], false, label, `\u00E9\n${label}`],
      [names[3], false, label, `οδοσ\n${label}`],
      [names[4], false, label, `izmir\n${label}`],
    ],
  );
});

for (const [what, locale, label, search] of [
  ['usual', '', 'ΟΔΟΣ Ⅷ', 'οδος viii'],
  ['turkish', oddLocales.turkish, 'IRIS', 'iris'],
  ['ascii', oddLocales.ascii, 'müller', 'MÜLLER'],
] as const)
  test(`rows of the log from before are found by the new words through the index, in a locale that is ${what}`, async () => {
    await using old = await openOld(locale, []);
    await old.query(
      `insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome)
       values (now(), '${tenant}', 'system', '${label}', 'token.create', 'ok'),
         (now(), '${tenant}', 'system', 'plain', 'token.create', 'ok')`,
    );
    await migrateDatabase(old.address);
    await old.query('set enable_seqscan = off');
    for (const word of [search, label, 'PLAIN']) {
      const rows = await old.query(
        `select from audit_events where audit_words(actor_label, resource_label, address, code) @@ audit_query('${word}')`,
      );
      assert.equal(rows.length, 1, word);
    }
  });

test('a walk of each order of tokens is served by an index in any locale', async () => {
  await using database = await createDatabase('template0', oddLocales.turkish);
  await migrateDatabase(database.address);
  const client = new pg.Client(database.address);
  await client.connect();
  await client.query('set enable_seqscan = off; set enable_sort = off; set enable_bitmapscan = off');
  for (const [order, index] of [
    ['fold_text(name) collate "C"', 'credentials_by_name'],
    ['owner_label collate "C"', 'credentials_by_owner'],
  ]) {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain select id from credentials where tenant_id = '${tenant}' and swept_status = 'active'
       and (${order}, id) > ('a'::text, '${tenant}') order by ${order}, id limit 50`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    assert.match(plan, new RegExp(`using ${index} `));
    assert.match(plan, /Index Cond: .*ROW/);
    assert.doesNotMatch(plan, /Sort/);
  }
  await client.end();
});
