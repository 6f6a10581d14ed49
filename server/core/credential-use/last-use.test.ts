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

test('another address of the same IPv6 network is no move, and one of another network is', async () => {
  await using desk = await openDesk(proxied);
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const moves = () => desk.sql("select from audit_events where action = 'credential.new_ip'");
  for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:ffff::3']) {
    await desk.send('GET /api/v1/me', { token, headers: { 'X-Forwarded-For': address } });
    await desk.settle();
  }
  assert.equal((await moves()).length, 0);
  await desk.send('GET /api/v1/me', { token, headers: { 'X-Forwarded-For': '2001:db8:0:1::1' } });
  await desk.settle();
  assert.equal((await moves()).length, 1);
});

test('a credential that keeps moving makes ten rows an hour, and then one with a count', async () => {
  await using desk = await openDesk(proxied);
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  for (let n = 0; n < 31; n++) {
    desk.clock.advance({ seconds: 1 });
    await desk.send('GET /api/v1/me', { token, headers: { 'X-Forwarded-For': `198.51.100.${n}` } });
    await desk.settle();
  }
  const moves = async () => {
    await desk.settle();
    return desk.sql<{ resource_id: string; detail: { gathered?: number } }>(
      "select resource_id, detail from audit_events where action = 'credential.new_ip' order by sequence",
    );
  };
  assert.equal((await moves()).length, 10);
  desk.clock.advance({ hours: 1 });
  const rows = await moves();
  assert.equal(rows.length, 11);
  assert.equal(rows.at(-1)?.detail.gathered, 20);
  assert.equal(rows.at(-1)?.resource_id, credential.id);
});

test('one credential with a thousand addresses takes no room from another, and every use is counted', async () => {
  await using desk = await openDesk({ settings: { ...proxied.settings, KEYWARD_RATE_LIMIT: 'off' } });
  const [busy, calm] = [
    await desk.ada.createToken({ name: 'busy' }),
    await desk.ada.createToken({ name: 'calm' }),
  ];
  for (let n = 0; n < 1_000; n += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        desk.send('GET /api/v1/me', {
          token: busy.token,
          headers: { 'X-Forwarded-For': `198.51.${(n + at) % 256}.${Math.floor((n + at) / 256)}` },
        }),
      ),
    );
  await desk.send('GET /api/v1/me', { token: calm.token });
  await desk.settle();
  const used = async (id: string) => (await desk.ada.send(`GET /api/v1/tokens/${id}`)).body['useCount'];
  assert.deepEqual([await used(busy.credential.id), await used(calm.credential.id)], [1_000, 1]);
  const [days] = await desk.sql<{ rows: number; uses: number }>(
    'select count(*)::int as rows, sum(count)::int as uses from credential_use where credential_id = $1',
    [busy.credential.id],
  );
  assert.ok((days?.rows ?? 0) <= 51, `${days?.rows} rows`);
  assert.equal(days?.uses, 1_000);
});

test('a call beyond the limit is no use', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_RATE_LIMIT: '1/2' } });
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const answers = await Promise.all(Array.from({ length: 8 }, () => desk.send('GET /api/v1/me', { token })));
  const admitted = answers.filter(({ status }) => status === 200).length;
  assert.deepEqual([admitted, answers.filter(({ status }) => status === 429).length], [2, 6]);
  await desk.settle();
  const [stored] = await desk.sql<{ uses: number }>(
    'select use_count::int as uses from credential_last_use where credential_id = $1',
    [credential.id],
  );
  assert.equal(stored?.uses, 2);
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
