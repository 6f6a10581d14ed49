import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyView } from '#server/credentials/api-keys/schema.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';

test('the list of keys is filtered, searched, sorted and paged, with counts over all of them', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'manager');
  const models = { llm_model: ['openai/*'] };
  await desk.ada.createKey({ name: 'alpha', resources: { flow: ['nightly'], ...models } });
  desk.clock.advance({ seconds: 1 });
  const beta = await bob.createKey({ name: 'beta', permissions: ['mcp:call'], resources: { flow: '*' } });
  desk.clock.advance({ seconds: 1 });
  await bob.createKey({ name: 'gamma', permissions: ['mcp:call'] });
  await bob.send(`POST /api/v1/api-keys/${beta.credential.id}/disable`);
  const names = async (query: string) => {
    const { body } = await desk.ada.send(`GET /api/v1/api-keys?${query}`);
    return (body['items'] as unknown as KeyView[]).map(({ name }) => name);
  };
  assert.deepEqual(await names(''), ['gamma', 'beta', 'alpha']);
  assert.deepEqual(await names('sort=name&order=asc'), ['alpha', 'beta', 'gamma']);
  assert.deepEqual(await names('enabled=false'), ['beta']);
  assert.deepEqual(await names('status=active&sort=name&order=asc'), ['alpha', 'gamma']);
  assert.deepEqual(await names(`creator=${bob.id}&sort=name&order=asc`), ['beta', 'gamma']);
  assert.deepEqual(await names('resource=flow:nightly&sort=name&order=asc'), ['alpha', 'beta']);
  assert.deepEqual(await names('resource=llm_model:openai/gpt-5'), ['alpha']);
  assert.deepEqual(await names('resource=llm_model:other/gpt-5'), []);
  assert.deepEqual(await names('search=GAM'), ['gamma']);
  const first = await desk.ada.send('GET /api/v1/api-keys?limit=2');
  assert.deepEqual(first.body['counts'], {
    total: 3,
    active: 2,
    expiring: 0,
    blocked: 0,
    expired: 0,
    disabled: 1,
    revoked: 0,
  });
  assert.deepEqual(await names(`limit=2&cursor=${textOf(first.body['nextCursor'])}`), ['alpha']);
});

test('what people own is listed and counted without the keys', async () => {
  await using desk = await openDesk();
  await desk.ada.createToken({ name: 'laptop' });
  const { token, credential } = await desk.ada.createKey({ name: 'billing' });
  const list = await desk.ada.send('GET /api/v1/admin/tokens');
  assert.equal(list.body['items']?.['length'], 1);
  assert.equal(list.body['counts']?.['total'], 1);
  assert.equal((await desk.ada.send('GET /api/v1/tokens')).body['counts']?.['total'], 1);
  for (const call of ['revoke', 'disable'])
    assert.notEqual((await desk.ada.send(`POST /api/v1/admin/tokens/${credential.id}/${call}`)).status, 200);
  assert.equal((await desk.ada.send(`DELETE /api/v1/admin/tokens/${credential.id}`)).status, 404);
  assert.equal((await desk.send('GET /api/v1/me', { token })).status, 200);
});

test('the holder of a key may revoke it; its maker is notified, or the managers once the maker is gone', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'manager');
  const one = await bob.createKey({ name: 'one', permissions: ['mcp:call'] });
  const two = await bob.createKey({ name: 'two', permissions: ['mcp:call'] });
  const told = async () =>
    (await desk.sql<{ user_id: string }>('select user_id from notices where credential_id is not null')).map(
      (row) => row.user_id,
    );
  await desk.send('POST /api/v1/revoke', { body: { tokens: [one.token] } });
  assert.deepEqual(await told(), [bob.id]);
  await desk.ada.send(`DELETE /api/v1/users/${bob.id}`);
  await desk.send('POST /api/v1/revoke', { body: { tokens: [two.token] } });
  assert.deepEqual(await told(), [bob.id, desk.ada.id]);
  assert.equal((await desk.send('GET /api/v1/me', { token: two.token })).problem?.code, 'token_revoked');
  const revoked = await desk.sql("select from audit_events where action = 'key.revoke'");
  assert.equal(revoked.length, 2);
});
