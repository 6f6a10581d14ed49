import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { goodPassword } from '#server/testing/person.ts';

const json = { 'Content-Type': 'application/json' };

/** Headers with which a browser would send what a foreign page made it send; ours is the server's own port. */
const foreign: Record<string, Record<string, string>> = {
  'no origin, cross-site': { 'Sec-Fetch-Site': 'cross-site' },
  'no origin, same-site': { 'Sec-Fetch-Site': 'same-site' },
  'no origin, none': { 'Sec-Fetch-Site': 'none' },
  'origin null': { Origin: 'null' },
  'a foreign origin': { Origin: 'https://evil.example' },
  'a subdomain': { Origin: 'http://evil.localhost' },
  'another port': { Origin: 'http://localhost:1' },
  'another scheme': { Origin: 'https://localhost' },
  'ours as a prefix': { Origin: 'http://localhost.evil.example' },
};
const types = [
  'application/json',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
];

async function mutations(desk: Desk): Promise<[call: string, body: object][]> {
  const bob = await desk.join('Bob', 'member');
  const { credential } = await desk.ada.createToken({ name: 'ci' });
  return [
    ['POST /api/v1/tokens', { name: 'new' }],
    [`PATCH /api/v1/tokens/${credential.id}`, { enabled: false }],
    [`DELETE /api/v1/tokens/${credential.id}`, {}],
    ['POST /api/v1/users', { name: 'Eve', email: 'eve@example.com', role: 'admin', password: goodPassword }],
    [`PATCH /api/v1/users/${bob.id}`, { role: 'admin' }],
    [`POST /api/v1/users/${bob.id}/deactivate`, {}],
    ['POST /api/v1/auth/logout', {}],
    ['POST /api/v1/auth/login', { email: 'ada@example.com', password: goodPassword }],
    ['POST /trpc/tokens.create', { name: 'new' }],
    ['POST /trpc/tokens.revoke', { id: credential.id }],
    ['POST /trpc/users.deactivate', { id: bob.id }],
    ['POST /trpc/sessions.logout', {}],
  ];
}

const everything = async (desk: Desk) => [
  await desk.sql('select id, name, enabled, revoked_at from credentials order by id'),
  await desk.sql('select id, role, deactivated_at from users order by id'),
  await desk.sql('select id from sessions order by id'),
];

test('no foreign page can make a browser change anything, whatever it sends', async (t) => {
  await using desk = await openDesk();
  const calls = await mutations(desk);
  const before = await everything(desk);
  for (const [what, headers] of Object.entries(foreign)) {
    await t.test(what, async () => {
      for (const [call, body] of calls) {
        for (const type of types) {
          const text = JSON.stringify(body);
          const refused = await desk.ada.send(call, { text, headers: { ...headers, 'Content-Type': type } });
          assert.equal(refused.status, 403, `${call} ${type}`);
          assert.equal(refused.problem?.code, 'origin_not_allowed');
        }
      }
    });
  }
  assert.deepEqual(await everything(desk), before);
});

test('what is not JSON changes nothing, also from our own page', async () => {
  await using desk = await openDesk();
  const calls = await mutations(desk);
  const before = await everything(desk);
  for (const headers of [{ Origin: desk.origin }, {}]) {
    for (const type of types.slice(1)) {
      for (const [call, body] of calls) {
        const sent = { text: JSON.stringify(body), headers: { ...headers, 'Content-Type': type } };
        const refused = await desk.ada.send(call, sent);
        assert.equal(refused.status, 415, `${call} ${type}`);
        assert.equal(refused.problem?.code, 'unsupported_media_type');
      }
    }
  }
  assert.deepEqual(await everything(desk), before);
});

test('another scheme of authorization, which a browser may add by itself, lets nobody past the check', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const headers = { Origin: 'https://evil.example', Authorization: 'Basic eDp5' };
  const refused = await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { headers });
  assert.equal(refused.problem?.code, 'origin_not_allowed');
});

test('our own page and programs are let in', async () => {
  await using desk = await openDesk();
  const { port } = new URL(desk.origin);
  const own: Record<string, string>[] = [
    {},
    { Origin: `http://localhost:${port}` },
    { Origin: `http://127.0.0.1:${port}` },
    { Origin: `http://[::1]:${port}`, 'Sec-Fetch-Site': 'same-origin' },
  ];
  for (const [index, headers] of own.entries()) {
    const made = await desk.ada.send('POST /api/v1/tokens', { body: { name: `t${index}` }, headers });
    assert.equal(made.status, 201, made.text);
  }
});

test('with an address of its own the server believes no other', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_URL: 'http://desk.example' } });
  const make = (origin: string) =>
    desk.ada.send('POST /api/v1/tokens', { body: { name: origin }, headers: { Origin: origin } });
  assert.equal((await make('http://desk.example')).status, 201);
  assert.equal((await make(desk.origin)).status, 403);
  assert.equal((await make('https://desk.example')).status, 403);
});

test('a page that is open at another address is told where to open it, and the operator once for each', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_URL: 'https://desk.example' } });
  const call = (headers: Record<string, string>) =>
    desk.send('POST /trpc/sessions.logout', { body: {}, headers });
  const other = await call({ Origin: desk.origin });
  assert.equal(
    other.problem?.detail,
    `This page is open at ${desk.origin}, but this Keyward is at https://desk.example. Open it there.`,
  );
  await call({ Origin: desk.origin });
  const warnings = () => desk.logged.filter((line) => line.includes('set KEYWARD_URL'));
  assert.equal(warnings().length, 1);
  assert.match(warnings()[0] ?? '', new RegExp(`"origin":"${desk.origin}"`));

  await call({ Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' });
  for (const origin of ['null', `${desk.origin}/`, 'ftp://127.0.0.1', `http://${'a'.repeat(300)}`]) {
    const { problem } = await call({ Origin: origin, 'Sec-Fetch-Site': 'same-origin' });
    assert.equal(problem?.detail, 'This has to come from https://desk.example itself.', origin);
  }
  assert.equal(warnings().length, 1, 'a foreign page is no mistake of the operator');
  for (let index = 0; index < 20; index++)
    await call({ Origin: `http://n${index}.example`, 'Sec-Fetch-Site': 'same-origin' });
  assert.equal(warnings().length, 10, 'whoever claims many addresses does not fill the log');
});

test('a token is no cookie: a program that sends one is not asked where it comes from', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const headers = { ...json, Origin: 'https://elsewhere.example' };
  const renamed = await desk.send(`PATCH /api/v1/tokens/${credential.id}`, {
    token,
    headers,
    text: '{"name":"x"}',
  });
  assert.equal(renamed.status, 200);
});

test('a foreign page cannot make a browser read here either, or hold a stream open; links to pages may be followed', async () => {
  await using desk = await openDesk();
  const site = (name: string) => ({ 'Sec-Fetch-Site': name });
  const pages = [
    site('cross-site'),
    site('same-site'),
    { ...site('cross-site'), 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
    { Origin: 'null' },
    { Origin: 'http://evil.localhost', ...site('same-site') },
  ];
  for (const path of ['/trpc/live.changes', '/trpc/sessions.me', '/api/v1/audit/export?format=csv']) {
    for (const headers of pages) {
      const refused = await desk.ada.send(`GET ${path}`, { headers });
      assert.equal(refused.problem?.code, 'origin_not_allowed', `${path} ${JSON.stringify(headers)}`);
    }
  }
  const me = (headers: Record<string, string>, token?: string) =>
    desk.ada.send('GET /api/v1/me', { headers, ...(token !== undefined && { token }) });
  const { token } = await desk.ada.createToken({ name: 'ci' });
  assert.equal((await me(site('same-origin'))).status, 200);
  assert.equal((await me({ Origin: desk.origin.replace('127.0.0.1', 'localhost') })).status, 200);
  const page = await desk.ada.send('GET /dashboard', {
    headers: { ...site('cross-site'), 'Sec-Fetch-Dest': 'document' },
  });
  assert.notEqual(page.problem?.code, 'origin_not_allowed', 'a link');
  assert.equal((await me(site('cross-site'), token)).status, 200, 'no browser adds a token by itself');
});

test('no GET changes anything', async () => {
  await using desk = await openDesk();
  const before = await everything(desk);
  for (const call of [
    'GET /trpc/sessions.logout',
    'GET /trpc/tokens.create?input={"name":"x"}',
    'HEAD /trpc/sessions.logout',
  ]) {
    assert.ok((await desk.ada.send(call)).status >= 200, call);
  }
  for (const path of ['/api/v1/auth/logout', '/api/v1/tokens', '/api/v1/me', '/login', '/']) {
    await desk.ada.send(`GET ${path}`);
    await desk.ada.send(`HEAD ${path}`);
  }
  assert.deepEqual(await everything(desk), before);
});
