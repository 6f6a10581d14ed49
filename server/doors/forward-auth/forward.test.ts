import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectivePermissions } from '#server/core/access/permissions.ts';
import { upgrade } from '#server/testing/backend.ts';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';

const door = '/api/v1/auth/forward';
const names = ['user', 'email', 'role', 'tenant', 'credential', 'actor', 'permissions'];
const proxied = { settings: { KEYWARD_TRUSTED_PROXIES: '127.0.0.1' } };
const everything = [
  ...effectivePermissions({ kind: 'user', role: 'admin', isPlatformAdmin: true }, ['*']),
].join(' ');
const identityOf = ({ headers }: Answer) => names.map((name) => headers.get(`keyward-${name}`));

test('a proxy is told who sent a request, for every method and path, in headers that are always there', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'x' });
  for (const call of [
    `GET ${door}`,
    `POST ${door}/some/where`,
    `DELETE ${door}/`,
    `OPTIONS ${door}`,
    `HEAD ${door}/x`,
  ]) {
    const answer = await desk.send(call, { token });
    assert.equal(answer.status, 200, call);
    assert.deepEqual(identityOf(answer), [
      desk.ada.id,
      'ada@example.com',
      'admin',
      desk.ada.tenantId,
      credential.id,
      `user:${desk.ada.id}`,
      everything,
    ]);
    assert.equal(answer.text, '');
  }
  const session = await desk.ada.send(`GET ${door}`);
  assert.deepEqual(identityOf(session), [
    desk.ada.id,
    'ada@example.com',
    'admin',
    desk.ada.tenantId,
    '',
    `user:${desk.ada.id}`,
    everything,
  ]);
});

test('an anonymous caller gets 401 and no identity', async () => {
  await using desk = await openDesk();
  for (const call of [{}, { token: 'nonsense' }, { cookie: 'keyward_session=x' }]) {
    const answer = await desk.send(`GET ${door}/page`, call);
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm="Keyward"/);
    assert.deepEqual(
      identityOf(answer),
      names.map(() => null),
    );
  }
});

test('a query below the address is the service’s own', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'x' });
  const query = '?permission=fly&resource=none';
  assert.equal((await desk.send(`GET ${door}/${query}`, { token })).status, 200);
  assert.equal((await desk.send(`GET ${door}${query}`, { token })).status, 422);
});

test('a misspelt question is refused, since it would be taken for none', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'x' });
  const ask = async (query: string) => (await desk.send(`GET ${door}?${query}`, { token })).status;
  for (const query of ['resouce=flow:a', 'Permission=tenants:write', 'redirect=1&resource=flow:a&scope=x'])
    assert.equal(await ask(query), 422, query);
  for (const query of ['resource=flow:a', 'redirect=1', 'redirect=1&permission=mcp:call'])
    assert.equal(await ask(query), 200, query);
});

test('a caller does not choose what is asked of them, where a proxy passes on their query', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'x', permissions: ['mcp:call'] });
  const ask = (query: string, uri: string) =>
    desk.send(`GET ${door}?${query}`, { token, headers: { 'x-forwarded-uri': uri } });
  for (const query of ['permission=mcp:call', 'permission=mcp%3Acall', 'a=1&redirect=1'])
    assert.equal((await ask(query, `/page?${query}`)).status, 422, query);
  assert.equal((await ask('permission=mcp:call', '/page?permission=mcp%3Acall')).status, 422);
  for (const uri of ['/page', '/page?', '/page?a=1', '/page?permission=mcp:call&a=1'])
    assert.equal((await ask('permission=mcp:call', uri)).status, 200, uri);
});

test('a permission is asked for, and said in the refusal', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'x', permissions: ['tokens:read'] });
  assert.equal(
    (await desk.send(`GET ${door}?permission=tokens:read&resource=agent:a`, { token })).status,
    200,
  );
  const refused = await desk.send(`GET ${door}?permission=users:read`, { token });
  assert.equal(refused.status, 403);
  assert.match(refused.headers.get('www-authenticate') ?? '', /insufficient_scope", scope="users:read"/);
  assert.equal((await desk.send(`GET ${door}?permission=fly`, { token })).status, 422);
  const twice = '?permission=tokens:read&permission=users:write';
  assert.equal((await desk.send(`GET ${door}${twice}`, { token })).status, 422);
  assert.equal((await desk.send(`GET ${door}?resource=nonsense`, { token })).status, 422);
});

test('a token of some permissions passes for those that a site asks for, and for the whole person nowhere', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'x', permissions: ['profile:read', 'mcp:call'] });
  const passed = await desk.send(`GET ${door}?permission=mcp:call`, { token });
  assert.equal(passed.status, 200);
  assert.equal(passed.headers.get('keyward-permissions'), 'profile:read mcp:call');
  for (const path of [door, `${door}/page`, `${door}?resource=agent:a`, `${door}/page?permission=mcp:call`]) {
    const refused = await desk.send(`GET ${path}`, { token });
    assert.equal(refused.problem?.code, 'permission_denied', path);
    assert.match(refused.headers.get('www-authenticate') ?? '', /error="insufficient_scope"$/);
    assert.deepEqual(
      identityOf(refused),
      names.map(() => null),
    );
  }
  await desk.settle();
  const rows = await desk.sql("select detail from audit_events where action = 'access.denied'");
  assert.deepEqual(rows[0], { detail: { permission: '*' } });
});

test('where the operator wants it so, a token of some permissions passes with those named', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_FORWARD_NARROWED: 'allow' } });
  const { token } = await desk.ada.createToken({ name: 'x', permissions: ['profile:read'] });
  const passed = await desk.send(`GET ${door}/page`, { token });
  assert.equal(passed.status, 200);
  assert.equal(passed.headers.get('keyward-permissions'), 'profile:read');
  assert.equal((await desk.send(`GET ${door}?permission=mcp:call`, { token })).status, 403);
});

test('a revoked token is refused on the next request', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const { token, credential } = await desk.ada.createToken({ name: 'x' });
  assert.equal((await other.send(`GET ${door}`, { token })).status, 200);
  await desk.ada.revokeToken(credential.id);
  assert.equal((await other.send(`GET ${door}`, { token })).problem?.code, 'token_revoked');
});

test('a browser may be sent to sign in, and back to our own host only', async () => {
  await using desk = await openDesk();
  const { origin, host } = desk.runtime.config.url;
  const ask = (headers: Record<string, string>) =>
    desk.send(`GET ${door}?redirect=1`, {
      headers: { Accept: 'text/html', 'X-Forwarded-Method': 'GET', ...headers },
    });
  const uri = { 'X-Forwarded-Uri': '/wiki/page?a=1' };
  const ours = await ask({ 'X-Forwarded-Host': host, ...uri });
  assert.equal(ours.status, 302);
  assert.equal(ours.headers.get('location'), `${origin}/login?next=${encodeURIComponent('/wiki/page?a=1')}`);
  const foreign = await ask({ 'X-Forwarded-Host': 'evil.example', ...uri });
  assert.equal(foreign.headers.get('location'), `${origin}/login`);
  assert.equal(
    (await ask({ 'X-Forwarded-Host': host, 'X-Forwarded-Uri': '//evil.example' })).headers.get('location'),
    `${origin}/login`,
  );
  assert.equal((await ask({ Accept: 'application/json' })).status, 401);
  assert.equal((await ask({ 'X-Forwarded-Method': 'POST' })).status, 401);
});

const site = 'https://wiki.example.com';
const asked = { 'X-Forwarded-Host': 'wiki.example.com', 'X-Forwarded-Proto': 'https' };
type Headers = Record<string, string>;

/** All that a foreign page makes a browser send, by every method. */
const foreign: Headers[] = [
  { Origin: 'https://evil.example' },
  { Origin: 'https://evil.wiki.example.com' },
  { Origin: 'https://wiki.example.com.evil.example' },
  { Origin: 'https://wiki.example.com:8443' },
  { Origin: 'http://wiki.example.com' },
  { Origin: 'null' },
  { Origin: `${site}, https://evil.example` },
  { 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
];

test('with a session nothing passes that a foreign page made a browser send, by any method', async () => {
  await using desk = await openDesk(proxied);
  const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE'];
  const ask = (headers: Headers) => desk.ada.send(`GET ${door}`, { headers: { ...asked, ...headers } });
  for (const method of methods) {
    for (const headers of foreign) {
      const refused = await ask({ 'X-Forwarded-Method': method, ...headers });
      assert.equal(refused.problem?.code, 'origin_not_allowed', `${method} ${JSON.stringify(headers)}`);
    }
    assert.equal((await ask({ 'X-Forwarded-Method': method, Origin: site })).status, 200, method);
  }
  // Envoy keeps the method, and says nothing more of it.
  const kept = await desk.ada.send(`POST ${door}/page`, {
    headers: { ...asked, 'X-Forwarded-Method': 'GET', 'Sec-Fetch-Site': 'none' },
  });
  assert.equal(kept.problem?.code, 'origin_not_allowed');
});

test('the site’s own pages pass, and so do programs and people who follow a link to it', async () => {
  await using desk = await openDesk(proxied);
  const { token } = await desk.ada.createToken({ name: 'x' });
  const link = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
  const own: Headers[] = [
    {},
    { 'Sec-Fetch-Site': 'same-origin' },
    { 'Sec-Fetch-Site': 'none' },
    { Origin: site, 'Sec-Fetch-Site': 'same-origin' },
    link,
  ];
  for (const headers of own) {
    const passed = await desk.ada.send(`GET ${door}`, { headers: { ...asked, ...headers } });
    assert.equal(passed.status, 200, JSON.stringify(headers));
  }
  const sent = { ...asked, ...link, 'X-Forwarded-Method': 'POST' };
  const posted = await desk.ada.send(`GET ${door}`, { headers: sent });
  assert.equal(posted.problem?.code, 'origin_not_allowed', 'a form is no link');
  for (const headers of foreign)
    assert.equal((await desk.send(`GET ${door}`, { token, headers: { ...asked, ...headers } })).status, 200);
});

test('a WebSocket needs the site’s own origin where there is a session, however the proxy shows that it is one', async () => {
  await using desk = await openDesk(proxied);
  const { cookie } = desk.ada;
  const { token } = await desk.ada.createToken({ name: 'x' });
  const handshakes: Headers[] = [
    { Connection: 'Upgrade', Upgrade: 'websocket' },
    { Connection: 'close', Upgrade: '' },
    { Connection: 'close', Upgrade: '', 'X-Forwarded-Upgrade': 'websocket' },
  ];
  for (const handshake of handshakes) {
    const open = (headers: Headers) => upgrade(desk.origin + door, { ...asked, ...handshake, ...headers });
    assert.equal(await open({ Cookie: cookie, Origin: site }), 200);
    assert.equal(await open({ Cookie: cookie, Origin: 'https://evil.wiki.example.com' }), 403);
    assert.equal(await open({ Cookie: cookie }), 403, 'a browser says where it comes from');
    assert.equal(await open({ Authorization: `Bearer ${token}` }), 200);
  }
  const asking = { ...asked, 'X-Forwarded-Upgrade': 'websocket' };
  const byTraefik = { ...handshakes[0], 'X-Forwarded-Proto': 'wss', Cookie: cookie, Origin: site };
  assert.equal(await upgrade(desk.origin + door, { ...asked, ...byTraefik }), 200);
  const unkeyed = await desk.ada.send(`GET ${door}`, { headers: asking });
  assert.equal(unkeyed.problem?.code, 'origin_not_allowed');
  const none = await desk.ada.send(`GET ${door}`, { headers: { ...asked, 'X-Forwarded-Upgrade': '' } });
  assert.equal(none.status, 200);
});

test('only a trusted proxy says which site is asked for; without one it is Keyward’s own', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_URL: 'https://desk.example.com' } });
  const ask = (headers: Headers) => desk.ada.send(`GET ${door}`, { headers: { ...asked, ...headers } });
  assert.equal((await ask({ Origin: site })).problem?.code, 'origin_not_allowed');
  assert.equal((await ask({ Origin: 'https://desk.example.com' })).status, 200);
  await using behind = await openDesk({
    settings: { KEYWARD_URL: 'https://desk.example.com', ...proxied.settings },
  });
  const own = { Origin: 'https://desk.example.com' };
  const told = (headers: Headers) => behind.ada.send(`GET ${door}`, { headers });
  assert.equal((await told({ ...asked, ...own })).problem?.code, 'origin_not_allowed');
  assert.equal((await told({ ...asked, Origin: site })).status, 200);
  // One that keeps `Host` need not say it twice; one that names two says none.
  const { host } = new URL(behind.origin);
  assert.equal((await told({ Origin: `https://${host}` })).status, 200);
  const odd = { ...asked, 'X-Forwarded-Proto': 'app', Origin: 'null' };
  assert.equal((await told(odd)).problem?.code, 'origin_not_allowed');
  const two = { ...asked, 'X-Forwarded-Host': 'wiki.example.com, evil.example' };
  assert.equal((await told({ ...two, Origin: 'https://evil.example' })).problem?.code, 'origin_not_allowed');
});
