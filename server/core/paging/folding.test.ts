import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdminTokenPageView } from '#server/credentials/token-triage/schema.ts';
import type { TokenPageView } from '#server/credentials/tokens/schema.ts';
import type { AuditPageView } from '#server/oversight/audit-log/schema.ts';
import type { UserPageView } from '#server/people/users/schema.ts';
import { textOf } from '#server/testing/caller.ts';
import { migrateDatabase } from '#server/testing/cluster.ts';
import { createDatabase, oddLocales } from '#server/testing/database.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { acceptInvite, expect, goodPassword, signIn } from '#server/testing/person.ts';

/** Names, and what finds each: other cases, other Unicode forms, other languages' ideas of both. */
const spellings: [name: string, ...searches: string[]][] = [
  ['ΟΔΟΣ Αθήνα', 'ΟΔΟΣ', 'οδος', 'οδοσ', 'ΑΘΉΝΑ', 'αθη\u0301να'],
  ['οδός', 'ΟΔΌΣ', 'οδόσ'],
  ['İSTANBUL', 'istanbul', 'ISTANBUL', 'i\u0307stanbul', 'ıstanbul'],
  ['ışık info', 'IŞIK', 'isik'.replace('s', 'ş'), 'INFO', 'İNFO'],
  ['Straße', 'STRASSE', 'strasse', 'STRAẞE'],
  ['ＦＵＬＬ width', 'full', 'WIDTH', 'ｗｉｄｔｈ'],
  ['cafe\u0301', 'CAFÉ', 'caf\u00E9', 'CAFE\u0301'],
  ['ﬁle', 'FILE', 'file'],
  ['Ноутбук', 'НОУТБУК', 'ноут'],
  ['50%_a\\b', '50%', '_A\\', '５０％'],
];

async function openDeskIn(locale: string): Promise<Desk> {
  await using database = await createDatabase('template0', locale);
  await migrateDatabase(database.address);
  return await openDesk({ copied: database.address.database });
}

async function names(desk: Desk, path: string, search: string): Promise<string[]> {
  const { body } = expect(200, await desk.ada.send(`GET ${path}search=${encodeURIComponent(search)}`));
  return (body as unknown as TokenPageView | AdminTokenPageView | UserPageView).items.map(({ name }) => name);
}

for (const [what, locale] of Object.entries({ usual: '', ...oddLocales })) {
  test(`a name is found in every list by all its spellings, in a database whose locale is ${what}`, async () => {
    await using desk = await openDeskIn(locale);
    for (const [index, [name]] of spellings.entries()) {
      await desk.ada.createToken({ name });
      await desk.ada.send('POST /api/v1/users', {
        body: { name, email: `person${index}@example.com`, role: 'member' },
      });
    }
    for (const [name, ...searches] of spellings) {
      const stored = name.normalize('NFC');
      for (const search of [name, ...searches]) {
        for (const path of ['/api/v1/tokens?', '/api/v1/admin/tokens?', '/api/v1/users?'])
          assert.ok((await names(desk, path, search)).includes(stored), `${path} ${search} → ${name}`);
        const log = await desk.ada.send(
          `GET /api/v1/audit?action=token.create&search=${encodeURIComponent(search)}`,
        );
        const labels = (expect(200, log).body as unknown as AuditPageView).items.map(
          ({ resource }) => resource?.label,
        );
        if (!search.includes('\\')) assert.ok(labels.includes(stored), `audit ${search} → ${name}`);
      }
    }
    assert.deepEqual(await names(desk, '/api/v1/admin/tokens?', 'ΟΔΕΣ'), []);
    assert.deepEqual(await names(desk, '/api/v1/tokens?', '％％'), []);
  });

  test(`an address is one person’s in every spelling, in a database whose locale is ${what}`, async () => {
    await using desk = await openDeskIn(locale);
    const body = { name: 'Info', email: 'Info@Izmir.example', role: 'admin' };
    const invited = expect(201, await desk.ada.send('POST /api/v1/users', { body }));
    await acceptInvite(desk, textOf(invited.body['inviteUrl']), 'Info');
    for (const email of [
      'Info@Izmir.example',
      'info@izmir.example',
      'INFO@IZMIR.EXAMPLE',
      'ｉnfo@izmir.example',
    ])
      assert.equal((await signIn(desk, email, goodPassword)).email, 'Info@Izmir.example');
    for (const email of ['ınfo@izmir.example', 'İnfo@izmir.example']) {
      const login = { email, password: goodPassword };
      const refused = await desk.send('POST /api/v1/auth/login', { body: login });
      assert.equal(refused.problem?.code, 'login_failed', email);
    }
    for (const email of ['info@izmir.example', 'INFO@IZMIR.EXAMPLE']) {
      const twin = await desk.ada.send('POST /api/v1/users', { body: { ...body, email } });
      assert.equal(twin.problem?.code, 'email_taken', email);
      const moved = await desk.ada.send(`PATCH /api/v1/users/${desk.ada.id}`, { body: { email } });
      assert.equal(moved.problem?.code, 'email_taken', email);
      assert.deepEqual(await names(desk, '/api/v1/users?', email), ['Info']);
    }
    const owned = await desk.ada.send('GET /api/v1/admin/tokens?user=INFO@IZMIR.EXAMPLE');
    expect(200, owned);
  });
}

test('a name in another Unicode form is the same name, and another case is another', async () => {
  await using desk = await openDesk();
  await desk.ada.createToken({ name: 'caf\u00E9' });
  const twin = await desk.ada.send('POST /api/v1/tokens', { body: { name: 'cafe\u0301' } });
  assert.equal(twin.problem?.code, 'name_taken');
  const { credential } = await desk.ada.createToken({ name: 'CAFE\u0301' });
  assert.equal(credential.name, 'CAF\u00C9');
  const renamed = await desk.ada.send(`PATCH /api/v1/tokens/${credential.id}`, {
    body: { name: 'cafe\u0301' },
  });
  assert.equal(renamed.problem?.code, 'name_taken');
});

test('a name that was kept in another form holds its canonical one, and is found by it', async () => {
  await using desk = await openDesk();
  const { credential } = await desk.ada.createToken({ name: 'old' });
  await desk.sql('update credentials set name = $2 where id = $1', [credential.id, 'cafe\u0301']);
  const twin = await desk.ada.send('POST /api/v1/tokens', { body: { name: 'caf\u00E9' } });
  assert.equal(twin.problem?.code, 'name_taken');
  for (const path of ['/api/v1/tokens?', '/api/v1/admin/tokens?'])
    assert.deepEqual(await names(desk, path, 'CAFÉ'), ['cafe\u0301']);
});

test('a person who is renamed is found by the new name among tokens, and not by the old one', async () => {
  await using desk = await openDesk();
  await desk.ada.createToken({ name: 'laptop' });
  expect(200, await desk.ada.send(`PATCH /api/v1/users/${desk.ada.id}`, { body: { name: 'ΆΔΑ Şahin' } }));
  await desk.runJobs();
  assert.deepEqual(await names(desk, '/api/v1/admin/tokens?', 'άδα ŞAHİN'), ['laptop']);
  assert.deepEqual(await names(desk, '/api/v1/admin/tokens?', 'lovelace'), []);
});
