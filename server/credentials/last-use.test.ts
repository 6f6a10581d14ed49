import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk } from '#server/testing/desk.ts';

const proxied = { settings: { KEYWARD_TRUSTED_PROXIES: '127.0.0.1' } };

test('how often, when, from where and by what a token was used is kept', async () => {
  await using desk = await openDesk(proxied);
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const use = (address: string) =>
    desk.send('GET /api/v1/me', {
      token,
      headers: { 'X-Forwarded-For': address, 'User-Agent': 'builder/2' },
    });
  for (let i = 0; i < 3; i++) await use('203.0.113.7');
  await desk.settle();
  desk.clock.advance({ minutes: 1 });
  await use('203.0.113.7');
  await desk.settle();
  const view = (await desk.ada.send(`GET /api/v1/tokens/${credential.id}`)).body;
  assert.equal(view['useCount'], 4);
  assert.equal(view['lastUsedAt'], desk.clock.now().toISOString());
  assert.equal(view['lastUsedIp'], '203.0.113.7');
  assert.equal(view['lastUsedAgent'], 'builder/2');
});

test('a refused use is no use, and moves nothing', async () => {
  await using desk = await openDesk(proxied);
  const { token, credential } = await desk.ada.createToken({ name: 'ci', ipAllowlist: ['203.0.113.0/24'] });
  const use = async (address: string) => {
    desk.clock.advance({ seconds: 1 });
    await desk.send('GET /api/v1/me', { token, headers: { 'X-Forwarded-For': address } });
  };
  await use('198.51.100.4');
  await desk.settle();
  const view = async () => (await desk.ada.send(`GET /api/v1/tokens/${credential.id}`)).body;
  assert.equal((await view())['useCount'], 0);
  for (const address of ['203.0.113.7', '198.51.100.4', '203.0.113.7', '198.51.100.4']) await use(address);
  await desk.settle();
  assert.equal((await view())['useCount'], 2);
  assert.equal((await view())['lastUsedIp'], '203.0.113.7');
  assert.deepEqual(await desk.sql("select from audit_events where action = 'credential.new_ip'"), []);
});

test('a use from another address than the last is audited, the very first is not', async () => {
  await using desk = await openDesk(proxied);
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const use = async (address: string) => {
    desk.clock.advance({ seconds: 1 });
    await desk.send('GET /api/v1/me', { token, headers: { 'X-Forwarded-For': address } });
  };
  await use('203.0.113.7');
  await desk.settle();
  await use('203.0.113.7');
  await use('198.51.100.4');
  await desk.settle();
  await use('203.0.113.7');
  await desk.settle();
  const rows = await desk.sql<{ detail: unknown; resource_type: string }>(
    "select detail, resource_type from audit_events where action = 'credential.new_ip' order by sequence",
  );
  assert.deepEqual(
    rows.map((row) => row.detail),
    [
      { from: '203.0.113.7', to: '198.51.100.4' },
      { from: '198.51.100.4', to: '203.0.113.7' },
    ],
  );
  assert.ok(rows.every((row) => row.resource_type === 'token'));
});

test('uses that two servers write at once are all counted, and the latest stays the last', async () => {
  await using desk = await openDesk(proxied);
  await using other = await desk.another();
  const made = await Promise.all([1, 2, 3, 4].map((n) => desk.ada.createToken({ name: `ci ${n}` })));
  await Promise.all(
    made.flatMap(({ token }) =>
      [desk, other, desk, other].map((server) => server.send('GET /api/v1/me', { token })),
    ),
  );
  await Promise.all([desk.settle(), other.runtime.lastUse.flush()]);
  const rows = await desk.sql<{ use_count: string }>('select use_count from credential_last_use');
  assert.deepEqual(
    rows.map((row) => Number(row.use_count)),
    [4, 4, 4, 4],
  );
});

test('what waits is written when the server stops', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci' });
  {
    await using other = await desk.another();
    await other.send('GET /api/v1/me', { token });
  }
  const [row] = await desk.sql<{ use_count: string }>('select use_count from credential_last_use');
  assert.equal(Number(row?.use_count), 1);
});
