import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSecret } from '#server/core/secrets/format.ts';
import { openDesk } from '#server/testing/desk.ts';

test('a token in an address is refused, its owner’s trail says so, and no log has it', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const encoded = `%6B${token.slice(1)}`;
  for (const path of [
    `/api/v1/me?token=${token}`,
    `/api/v1/tokens/${token}`,
    `/dashboard?x=${token}`,
    `/api/v1/me?t=${encoded}`,
  ]) {
    const refused = await desk.send(`GET ${path}`, { token });
    assert.equal(refused.status, 400, path);
    assert.equal(refused.problem?.code, 'token_in_url');
    assert.doesNotMatch(refused.text, new RegExp(token.slice(7)));
  }
  const unknown = await desk.send(`GET /api/v1/me?token=${newSecret('pat').reveal()}`);
  assert.equal(unknown.problem?.code, 'token_in_url');
  assert.equal(
    (await desk.send(`GET /api/v1/me?token=${token.slice(0, -1)}`, { token })).status,
    422,
    'not the form of a token',
  );
  await desk.settle();
  desk.clock.advance({ minutes: 1 });
  await desk.settle();
  const rows = await desk.sql<{ resource_id: string; detail: { count: number }; all: string }>(
    "select resource_id, detail, a::text as all from audit_events a where action = 'credential.exposed' order by sequence",
  );
  assert.deepEqual(
    rows.map((row) => [row.resource_id, row.detail.count]),
    [
      [credential.id, undefined],
      [credential.id, 3],
    ],
    'the first at once, and the further ones of its minute together',
  );
  assert.ok(!rows[0]?.all.includes(token.slice(15)));
  assert.ok(!desk.logged.join('').includes(token.slice(7)));
});

test('a token is kept out of log and tables however it is encoded, and where a long text is cut', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const padding = (length: number) => 'x'.repeat(length);
  const tail = token.slice(7);
  await desk.send(`GET /api/v1/${token.replaceAll('_', '%5F')}`);
  await desk.send(`GET /api/v1/${token.replaceAll('_', '%255F')}`);
  for (let length = 205; length < 256; length += 3) {
    await desk.send(`GET /${padding(length)}${token}`);
    await desk.send('GET /api/v1/me', { token, headers: { 'User-Agent': `${padding(length)}${token}` } });
  }
  await desk.settle();
  const rows = await desk.sql<{ all: string }>(
    'select c::text as all from credentials c union all select a::text from audit_events a',
  );
  const kept = [...desk.logged, ...rows.map((row) => row.all)].join('');
  for (let start = 8; start + 10 < tail.length; start++)
    assert.ok(!kept.includes(tail.slice(start, start + 10)));
});

test('no answer goes without its security headers, errors and files included', async () => {
  await using desk = await openDesk();
  for (const path of [
    '/healthz',
    '/api/v1/me',
    '/api/v1/nothing',
    '/nothing',
    '/trpc/sessions.me',
    '/login',
    '/dashboard',
  ]) {
    const { headers } = await desk.send(`GET ${path}`);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('referrer-policy'), 'same-origin');
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
    assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(headers.get('x-powered-by'), null);
    assert.equal(headers.get('server'), null);
    assert.equal(headers.get('strict-transport-security'), null, 'only over HTTPS');
  }
});

test('nothing of the database or of our code is in an error, nor its parameters in the log', async () => {
  await using desk = await openDesk();
  await desk.sql('alter table credentials rename column name to label');
  const failed = await desk.ada.send('POST /api/v1/tokens', { body: { name: 'a name to look for' } });
  assert.equal(failed.status, 500);
  assert.equal(failed.problem?.code, 'internal');
  assert.doesNotMatch(failed.text, /credentials|label|column|select|insert|\.ts|node:/i);
  const overTrpc = await desk.ada.send('GET /trpc/tokens.list?input={}');
  assert.equal(overTrpc.status, 500);
  assert.doesNotMatch(overTrpc.text, /credentials|column|select|\.ts|stack/i);
  const log = desk.logged.join('');
  assert.match(log, /42703/, 'the code of the database’s error is logged');
  assert.doesNotMatch(log, /a name to look for|select |insert /i);
});

test('one line is logged for a request, with its id and without what may be secret', async () => {
  await using desk = await openDesk();
  const answer = await desk.ada.send('GET /api/v1/tokens?search=needle', {
    headers: { 'User-Agent': 'a\tb' },
  });
  const lines = desk.logged.filter((line) => line.includes(answer.headers.get('x-request-id') ?? ''));
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  assert.equal(line['path'], '/api/v1/tokens');
  assert.equal(line['status'], 200);
  assert.equal(line['method'], 'GET');
  const log = desk.logged.join('');
  assert.doesNotMatch(log, /needle|keyward_session|lanterns/);
});

test('the process is up whatever the database does, and ready only with it', async () => {
  await using desk = await openDesk();
  assert.equal((await desk.send('GET /readyz')).status, 200);
  await desk.sql('revoke select on schema_migrations from keyward_app');
  const away = await desk.send('GET /readyz');
  assert.equal(away.status, 503);
  assert.deepEqual(away.body['checks'], { database: false, listener: true, staying: true });
  assert.equal((await desk.send('GET /healthz')).status, 200);
});
