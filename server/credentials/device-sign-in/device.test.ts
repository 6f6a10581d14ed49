import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { textOf, type Caller } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';
import { expect, type Person } from '#server/testing/person.ts';

const desk = await openDesk();
after(() => desk[Symbol.asyncDispose]());
const { ada } = desk;

const form = (
  path: string,
  fields: Record<string, string>,
  { on = desk, headers = {} }: { on?: Caller; headers?: Record<string, string> } = {},
) =>
  on.send(`POST ${path}`, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    text: new URLSearchParams(fields).toString(),
  });

async function ask(fields: Record<string, string> = {}) {
  const all = { client_id: 'keyward-cli', host: 'ada-laptop', ...fields };
  const { body } = expect(200, await form('/oauth/device_authorization', all));
  return { deviceCode: textOf(body['device_code']), userCode: textOf(body['user_code']), body };
}
const poll = (deviceCode: string, on: Caller = desk) =>
  form(
    '/oauth/token',
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'keyward-cli',
      device_code: deviceCode,
    },
    { on },
  );
const errorOf = async (deviceCode: string) => textOf((await poll(deviceCode)).body['error']);
const answer = (what: 'find' | 'approve' | 'deny', userCode: string, person: Person = ada) =>
  person.send(`POST /trpc/device.${what}`, { body: { userCode } });
const found = async (userCode: string, person?: Person) =>
  expect(200, await answer('find', userCode, person)).body['result']?.['data'];
const approve = async (userCode: string, person?: Person) =>
  expect(200, await answer('approve', userCode, person));

test('a machine asks, a person sees who and lets it in, and the machine gets its token, once', async () => {
  const { deviceCode, userCode, body } = await ask();
  assert.match(userCode, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  const page = `${desk.origin}/device`;
  assert.deepEqual(
    { ...body, device_code: '', user_code: '' },
    {
      device_code: '',
      user_code: '',
      verification_uri: page,
      verification_uri_complete: `${page}#${userCode}`,
      expires_in: 600,
      interval: 5,
    },
  );
  assert.equal(await errorOf(deviceCode), 'authorization_pending');
  const seen = await found(userCode.toLowerCase().replace('-', ' '));
  assert.deepEqual(
    [seen?.['host'], seen?.['address'], seen?.['isSamePlace'], seen?.['grant']?.['name']],
    ['ada-laptop', '127.0.0.1', true, 'CLI on ada-laptop'],
  );
  await approve(userCode);
  const granted = expect(200, await poll(deviceCode));
  assert.equal(granted.headers.get('cache-control'), 'no-store');
  assert.equal(granted.headers.get('pragma'), 'no-cache');
  const { access_token: token, credential_id: id, ...rest } = granted.body;
  assert.deepEqual(rest, {
    token_type: 'Bearer',
    expires_in: 90 * 86_400,
    scope: '*',
    credential_name: 'CLI on ada-laptop',
  });
  const me = await desk.send('GET /api/v1/me', { token: textOf(token) });
  assert.equal(me.body['user']?.['email'], ada.email);
  assert.equal(await errorOf(deviceCode), 'invalid_grant');
  const rows = await desk.sql<{ action: string }>(
    `select action from audit_events where action like 'device.%' or resource_id = $1 order by sequence`,
    [textOf(id)],
  );
  assert.deepEqual(
    rows.map(({ action }) => action),
    ['device.ask', 'device.approve', 'token.create', 'device.collect'],
  );
});

test('a machine whose name has to be cut for a number gets its token, with no character cut in two', async () => {
  const name = `b${'😀'.repeat(28)}`;
  for (const expected of [name, `${name} (2)`, `${name} (3)`, `b${'😀'.repeat(28)} (4)`]) {
    const { deviceCode, userCode } = await ask({ token_name: name });
    await approve(userCode);
    assert.equal(expect(200, await poll(deviceCode)).body['credential_name'], expected);
  }
  const long = 'e\u0301😀'.repeat(21);
  for (const expected of [long.normalize('NFC'), `${'\u00E9😀'.repeat(20)} (2)`]) {
    const { deviceCode, userCode } = await ask({ token_name: long });
    await approve(userCode);
    assert.equal(expect(200, await poll(deviceCode)).body['credential_name'], expected);
  }
});

test('an error that is no refusal of the approver does not say access_denied', async () => {
  const { deviceCode, userCode } = await ask({ token_name: 'kept' });
  await approve(userCode);
  await desk.sql(`create function stop() returns trigger language plpgsql as $$ begin
      raise unique_violation using constraint = 'credentials_live_name'; end $$;
    create trigger stopped before insert on credentials for each row execute function stop()`);
  const failed = await poll(deviceCode);
  await desk.sql('drop trigger stopped on credentials');
  assert.deepEqual([failed.status, textOf(failed.body['code'])], [409, 'name_taken']);
  const granted = expect(200, await poll(deviceCode));
  assert.equal(granted.body['credential_name'], 'kept');
});

test('of twenty who come for one token at once one gets it, on whichever server', async () => {
  await using other = await desk.another();
  const { deviceCode, userCode } = await ask({ host: 'race' });
  await approve(userCode);
  const all = await Promise.all(Array.from({ length: 20 }, (_, n) => poll(deviceCode, n % 2 ? desk : other)));
  assert.equal(all.filter(({ status }) => status === 200).length, 1);
  // On a busy machine some may wait too long for the others, and are told so.
  for (const { status, body } of all)
    if (status !== 200 && status !== 503) assert.equal(textOf(body['error']), 'invalid_grant');
  const made = await desk.sql("select from credentials where name = 'CLI on race'");
  assert.equal(made.length, 1);
});

test('of two who answer one request at once one does', async () => {
  const { userCode } = await ask();
  const both = await Promise.all([answer('approve', userCode), answer('deny', userCode)]);
  assert.equal(both.filter(({ status }) => status === 200).length, 1);
  assert.equal(both.find(({ status }) => status !== 200)?.problem?.code, 'code_invalid');
});

test('whoever polls too soon is slowed down by five seconds each time, and told nothing else', async () => {
  const { deviceCode } = await ask();
  assert.equal(await errorOf(deviceCode), 'authorization_pending');
  assert.equal(await errorOf(deviceCode), 'slow_down');
  desk.clock.advance({ seconds: 6 });
  assert.equal(await errorOf(deviceCode), 'slow_down');
  desk.clock.advance({ seconds: 15 });
  assert.equal(await errorOf(deviceCode), 'authorization_pending');
});

test('what nobody answered in ten minutes is over, what was denied stays so', async () => {
  const [late, denied, approved] = [await ask(), await ask(), await ask()];
  expect(200, await answer('deny', denied.userCode));
  await approve(approved.userCode);
  assert.equal(await errorOf(denied.deviceCode), 'access_denied');
  desk.clock.advance({ minutes: 10 });
  assert.equal(await errorOf(late.deviceCode), 'expired_token');
  assert.equal(await errorOf(denied.deviceCode), 'access_denied');
  assert.equal(await errorOf(approved.deviceCode), 'expired_token');
  assert.match((await answer('find', late.userCode)).problem?.detail ?? '', /has expired/);
  assert.match((await answer('approve', denied.userCode)).problem?.detail ?? '', /answered already/);
});

test('an approval ends with the account, the password or the role of whoever gave it', async (t) => {
  const ends: [string, (bob: Person) => Promise<unknown>][] = [
    ['account', ({ id }) => ada.send(`POST /api/v1/users/${id}/deactivate`, { body: {} })],
    [
      'password',
      ({ id, email }) =>
        ada.send(`POST /api/v1/users/${id}/set-password`, { body: { password: `of ${email} no more` } }),
    ],
    ['role', ({ id }) => ada.send(`PATCH /api/v1/users/${id}`, { body: { role: 'viewer' } })],
  ];
  for (const [what, end] of ends) {
    await t.test(what, async () => {
      const bob = await desk.join(`Bob-${what}`, 'member');
      const { deviceCode, userCode } = await ask();
      await approve(userCode, bob);
      await end(bob);
      assert.equal(await errorOf(deviceCode), 'access_denied');
    });
  }
});

test('a machine gets what it asked for, and never more than who lets it in may give', async () => {
  const bob = await desk.join('Bea', 'member');
  const wish = { token_name: 'ci', token_days: '30', scope: 'tokens:read profile:read' };
  const { deviceCode, userCode } = await ask(wish);
  await approve(userCode, bob);
  const { body } = expect(200, await poll(deviceCode));
  assert.equal(textOf(body['scope']), 'tokens:read profile:read');
  assert.deepEqual([body['credential_name'], body['expires_in']], ['ci', 30 * 86_400]);
  const greedy = await ask({ scope: 'users:write' });
  for (const what of ['find', 'approve'] as const)
    assert.equal((await answer(what, greedy.userCode, bob)).problem?.code, 'validation_failed');
  expect(200, await answer('deny', greedy.userCode, bob));
  await desk.sql('update tenants set max_token_days = 30');
  const eternal = await ask({ token_days: 'never' });
  assert.equal((await answer('approve', eternal.userCode, bob)).problem?.code, 'validation_failed');
  const usual = await ask();
  await approve(usual.userCode, bob);
  assert.equal((await poll(usual.deviceCode)).body['expires_in'], 30 * 86_400);
  await desk.sql('update tenants set max_token_days = null');
});

test('who may make no tokens, has not signed in lately, or is no person in a browser, lets nothing in', async () => {
  const { userCode } = await ask();
  const vic = await desk.join('Vic', 'viewer');
  assert.equal((await answer('find', userCode, vic)).problem?.code, 'permission_denied');
  const waiting = await ask();
  assert.equal((await answer('approve', waiting.userCode, vic)).problem?.code, 'permission_denied');
  assert.equal(
    (await answer('deny', waiting.userCode, vic)).status,
    200,
    'who may let none in ends the wait',
  );
  assert.equal((await poll(waiting.deviceCode)).body['error'], 'access_denied');
  const { token } = await ada.createToken({ name: 'no person' });
  const byToken = await desk.send('POST /trpc/device.approve', { token, body: { userCode } });
  assert.equal(byToken.problem?.code, 'session_required');
  desk.clock.advance({ hours: 13 });
  const late = await ask();
  assert.equal((await answer('approve', late.userCode)).problem?.code, 'sign_in_again');
  await ada.confirm();
  await approve(late.userCode);
});

test('what is asked for badly is refused by the names of the RFC', async (t) => {
  const client = { client_id: 'keyward-cli' };
  const start = '/oauth/device_authorization';
  const cases: [what: string, path: string, fields: Record<string, string>, error: string][] = [
    ['no client', start, {}, 'invalid_request'],
    ['another client', start, { client_id: 'evil' }, 'invalid_client'],
    ['an unknown scope', start, { ...client, scope: 'tokens:read root' }, 'invalid_scope'],
    ['no days', start, { ...client, token_days: '0' }, 'invalid_request'],
    ['days that are none', start, { ...client, token_days: 'soon' }, 'invalid_request'],
    ['a name of two lines', start, { ...client, token_name: 'a\nb' }, 'invalid_request'],
    [
      'no device code',
      '/oauth/token',
      { ...client, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
      'invalid_request',
    ],
    ['another grant', '/oauth/token', { ...client, grant_type: 'password' }, 'unsupported_grant_type'],
  ];
  for (const [what, path, fields, error] of cases) {
    await t.test(what, async () => {
      const refused = await form(path, fields);
      assert.equal(refused.status, 400, refused.text);
      assert.equal(textOf(refused.body['error']), error);
    });
  }
  assert.equal(await errorOf('unknown'), 'invalid_grant');
  const empty = await ask({ token_name: '', scope: '', unheard_of: 'x' });
  assert.equal((await found(empty.userCode))?.['grant']?.['name'], 'CLI on ada-laptop');
  const foreign = { headers: { Origin: 'https://evil.example' } };
  assert.equal((await form(start, client, foreign)).problem?.code, 'origin_not_allowed');
});

test('codes are kept as hashes, and those of the past not at all', async () => {
  const { deviceCode, userCode } = await ask();
  await approve(userCode);
  const rows = await desk.sql('select to_jsonb(d)::text as row from device_requests d');
  const codes = await desk.sql('select to_jsonb(c)::text as row from one_time_codes c');
  const audit = await desk.sql('select to_jsonb(a)::text as row from audit_events a');
  const all = JSON.stringify([rows, codes, audit]) + desk.logged.join('');
  for (const code of [deviceCode, userCode, userCode.replace('-', '')]) assert.ok(!all.includes(code));
  desk.clock.advance({ hours: 2 });
  await desk.runtime.jobs.boss.send('prune-device-requests', {});
  await desk.runJobs();
  assert.deepEqual(await desk.sql('select from device_requests'), []);
});

test('codes cannot be guessed at: wrong ones are counted by person, over all servers', async () => {
  await using other = await desk.another();
  const { userCode } = await ask();
  const wrong = userCode.startsWith('B') ? `C${userCode.slice(1)}` : `B${userCode.slice(1)}`;
  const eve = await desk.join('Eve', 'member');
  const guess = (on: Caller) =>
    on.send('POST /trpc/device.find', { cookie: eve.cookie, body: { userCode: wrong } });
  const guesses = await Promise.all(Array.from({ length: 30 }, (_, n) => guess(n % 2 ? desk : other)));
  assert.equal(guesses.filter(({ problem }) => problem?.code === 'code_invalid').length, 10);
  assert.equal((await answer('approve', userCode, eve)).problem?.code, 'rate_limited');
  await ada.confirm();
  await approve(userCode);
});

test('a machine that asks again and again has to wait', async () => {
  const body = { client_id: 'keyward-cli' };
  const all = await Promise.all(Array.from({ length: 40 }, () => form('/oauth/device_authorization', body)));
  assert.ok(all.filter(({ status }) => status === 200).length <= 30);
  const refused = all.find(({ status }) => status === 429);
  assert.equal(refused?.problem?.code, 'rate_limited');
  assert.ok(Number(refused?.headers.get('retry-after')) > 0);
});
