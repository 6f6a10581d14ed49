import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectivePermissions } from '#server/core/access/permissions.ts';
import { startBackend, upgrade, type Backend } from '#server/testing/backend.ts';
import { createCaller, type Caller } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { placeOfFront, startProxy, type ProxyName } from '#server/testing/fronts.ts';
import { skipWithout } from '#server/testing/program.ts';

interface Proxied extends AsyncDisposable {
  desk: Desk;
  service: Backend;
  proxy: Caller;
}

/** `asking`: for what the proxy asks. */
async function openProxied(name: ProxyName, asking = ''): Promise<Proxied> {
  const opened = new AsyncDisposableStack();
  const desk = opened.use(await openDesk({ settings: { KEYWARD_TRUSTED_PROXIES: '127.0.0.1' } }));
  const service = opened.use(await startBackend());
  const place = opened.use(await placeOfFront());
  opened.use(await startProxy(name, place, { keyward: desk.origin, service: service.port, asking }));
  const proxy = createCaller(`http://127.0.0.1:${place.port}`);
  return { desk, service, proxy, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const identity = ['user', 'email', 'role', 'tenant', 'credential', 'actor', 'permissions'].map(
  (name) => `keyward-${name}`,
);
/** With every character that some service takes for a hyphen. */
const forged = Object.fromEntries(
  identity.flatMap((name) => ['-', '_', '.', '~'].map((mark) => [name.replace('-', mark), 'forged'])),
);
const holder = { kind: 'user', role: 'admin', isPlatformAdmin: true } as const;
const everything = [...effectivePermissions(holder, ['*'])].join(' ');

for (const name of ['nginx', 'caddy'] as const) {
  const options = { skip: skipWithout(name) };

  test(`${name} passes on who asks, whatever identity they claim`, options, async () => {
    await using at = await openProxied(name);
    const { token, credential } = await at.desk.ada.createToken({ name: 'x' });
    const { id, email, role, tenantId, cookie } = at.desk.ada;
    const byToken = await at.proxy.send('GET /page?a=1', { token, headers: forged });
    assert.equal(byToken.status, 200, byToken.text);
    assert.deepEqual(
      identity.map((header) => byToken.body[header]),
      [id, email, role, tenantId, credential.id, `user:${id}`, everything],
    );
    const bySession = await at.proxy.send('GET /page', { cookie, headers: forged });
    assert.equal(bySession.status, 200, bySession.text);
    assert.deepEqual(
      identity.map((header) => bySession.body[header] ?? ''),
      [id, email, role, tenantId, '', `user:${id}`, everything],
    );
    assert.ok(!JSON.stringify(at.service.requests).includes('forged'));
    assert.equal(at.service.requests[0]?.url, '/page?a=1');
    assert.equal(byToken.body['authorization'], undefined);
    const narrow = await at.desk.ada.createToken({ name: 'narrow', permissions: ['mcp:call'] });
    const asking = await at.proxy.send('GET /page?permission=mcp:call', { token: narrow.token });
    assert.equal(asking.status, 403, 'a caller does not choose what is asked of them');
  });

  test(
    `${name} lets nobody through without a token that works, from the next request on`,
    options,
    async () => {
      await using at = await openProxied(name);
      const { token, credential } = await at.desk.ada.createToken({ name: 'x' });
      const nobody = await at.proxy.send('GET /page', { headers: forged });
      assert.equal(nobody.status, 401);
      assert.match(nobody.headers.get('www-authenticate') ?? '', /Bearer/);
      assert.equal((await at.proxy.send('GET /page', { token: 'nonsense' })).status, 401);
      assert.equal((await at.proxy.send('GET /page', { token })).status, 200);
      await at.desk.ada.revokeToken(credential.id);
      assert.equal((await at.proxy.send('GET /page', { token })).status, 401);
      assert.equal(at.service.requests.length, 1);
    },
  );

  test(
    `${name} passes on bodies, and what a foreign page makes a browser send does not get through`,
    options,
    async () => {
      await using at = await openProxied(name);
      const { token } = await at.desk.ada.createToken({ name: 'x' });
      const body = { text: 'x'.repeat(100_000) };
      assert.equal((await at.proxy.send('POST /page', { token, body })).status, 200);
      assert.equal(at.service.requests[0]?.body, JSON.stringify(body));
      const { cookie } = at.desk.ada;
      const post = (origin: string) =>
        at.proxy.send('POST /page', { cookie, body: {}, headers: { Origin: origin } });
      assert.equal((await post('https://evil.example')).status, 403);
      assert.equal((await post(at.proxy.origin)).status, 200);
      const get = (headers: Record<string, string>) => at.proxy.send('GET /page', { cookie, headers });
      assert.equal((await get({ Origin: 'https://evil.example' })).status, 403);
      assert.equal((await get({ 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Dest': 'image' })).status, 403);
      assert.equal((await get({ 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': 'image' })).status, 200);
    },
  );

  test(`${name} streams events as they come`, options, async () => {
    await using at = await openProxied(name);
    const { token } = await at.desk.ada.createToken({ name: 'x' });
    const leaving = new AbortController();
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${at.proxy.origin}/events`, { headers, signal: leaving.signal });
    const first = await response.body?.pipeThrough(new TextDecoderStream()).getReader().read();
    assert.equal(first?.value, 'data: first\n\n');
    leaving.abort();
  });

  test(`${name} lets a WebSocket through with a token, and none without`, options, async () => {
    await using at = await openProxied(name);
    const { token } = await at.desk.ada.createToken({ name: 'x' });
    assert.equal(await upgrade(at.proxy.origin, { ...forged, Authorization: `Bearer ${token}` }), 'hello');
    assert.equal(at.service.requests[0]?.headers['keyward-email'], at.desk.ada.email);
    assert.equal(await upgrade(at.proxy.origin, forged), 401);
    assert.equal(at.service.requests.length, 1);
  });

  test(
    `${name} lets a WebSocket through with a session from the site itself, and from no other`,
    options,
    async () => {
      await using at = await openProxied(name);
      const { cookie } = at.desk.ada;
      const open = (headers: Record<string, string>) =>
        upgrade(at.proxy.origin, { Cookie: cookie, ...headers });
      assert.equal(await open({ Origin: at.proxy.origin }), 'hello');
      const { port } = new URL(at.proxy.origin);
      for (const origin of [
        'https://evil.example',
        'http://127.0.0.1:1',
        `http://evil.localhost:${port}`,
        'null',
      ])
        assert.equal(await open({ Origin: origin }), 403, origin);
      assert.equal(await open({}), 403);
      assert.equal(await open({ 'X-Forwarded-Host': 'evil.example', Origin: 'http://evil.example' }), 403);
      assert.equal(await open({ 'Sec-WebSocket-Key': '', 'X-Forwarded-Upgrade': '' }), 403);
      assert.equal(at.service.requests.length, 1);
    },
  );

  test(
    `${name} passes nothing on for a token of some permissions, since it asks for none`,
    options,
    async () => {
      await using at = await openProxied(name);
      const { token } = await at.desk.ada.createToken({ name: 'x', permissions: ['profile:read'] });
      assert.equal((await at.proxy.send('GET /page', { token })).status, 403);
      assert.deepEqual(at.service.requests, []);
    },
  );

  test(
    `${name} upgrades to nothing but a WebSocket, and no caller takes an identity off`,
    options,
    async () => {
      await using at = await openProxied(name);
      const { token } = await at.desk.ada.createToken({ name: 'x' });
      const headers = { Authorization: `Bearer ${token}` };
      // HTTP/2 in an upgraded connection would be read by the service alone, with whatever identity it claims.
      const smuggled = {
        ...headers,
        Upgrade: 'h2c',
        Connection: 'Upgrade, HTTP2-Settings',
        'HTTP2-Settings': 'AAMAAABk',
      };
      assert.equal(await upgrade(at.proxy.origin, smuggled), 200);
      const taken = { ...headers, Connection: `Upgrade, ${identity.join(', ')}` };
      assert.equal(await upgrade(at.proxy.origin, taken), 'hello');
      assert.deepEqual(
        at.service.requests.map(({ method, headers }) => [method, headers.upgrade, headers['keyward-role']]),
        [
          ['GET', undefined, 'admin'],
          ['UPGRADE', 'websocket', 'admin'],
        ],
      );
    },
  );

  test(`${name} tells Keyward the address of the client, not its own`, options, async () => {
    await using at = await openProxied(name);
    const { token } = await at.desk.ada.createToken({ name: 'x', ipAllowlist: ['203.0.113.0/24'] });
    // Whoever writes this header is no trusted proxy of nginx or Caddy, so it counts for nothing.
    const claimed = await at.proxy.send('GET /page', {
      token,
      headers: { 'X-Forwarded-For': '203.0.113.7' },
    });
    assert.equal(claimed.status, 403);
    const local = await at.desk.ada.createToken({ name: 'local', ipAllowlist: ['127.0.0.1'] });
    assert.equal((await at.proxy.send('GET /page', { token: local.token })).status, 200);
  });

  test(
    `${name} lets a key through to a resource within its reach, also once its maker is gone, until it is disabled`,
    options,
    async () => {
      await using at = await openProxied(name, '?resource=flow:nightly');
      const bob = await at.desk.join('Bob', 'manager');
      const resources = { flow: ['nightly'], mcp_tool: ['s/search', 's/fetch'] };
      const key = await bob.createKey({ name: 'reports', permissions: ['mcp:call'], resources });
      const other = await bob.createKey({
        name: 'other',
        permissions: ['mcp:call'],
        resources: { flow: ['weekly'] },
      });
      const passed = await at.proxy.send('GET /report', { token: key.token, headers: forged });
      assert.equal(passed.status, 200);
      assert.equal(passed.body['keyward-actor'], `key:${key.credential.id}`);
      assert.equal(passed.body['keyward-user'] ?? '', '');
      assert.equal((await at.proxy.send('GET /report', { token: other.token })).status, 403);
      await at.desk.settle();
      const [row] = await at.desk.sql<{ credential_id: string; detail: object }>(
        "select credential_id, detail from audit_events where code = 'resource_denied'",
      );
      assert.deepEqual(row, {
        credential_id: other.credential.id,
        detail: { resource: { type: 'flow', id: 'nightly' } },
      });
      await at.desk.ada.send(`DELETE /api/v1/users/${bob.id}`);
      assert.equal((await at.proxy.send('GET /report', { token: key.token })).status, 200);
      await at.desk.ada.send(`POST /api/v1/api-keys/${key.credential.id}/disable`);
      assert.equal((await at.proxy.send('GET /report', { token: key.token })).status, 401);
    },
  );
}
