import assert from 'node:assert/strict';
import { test } from 'node:test';
import { upgrade } from '#server/testing/backend.ts';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';

const door = '/api/v1/auth/forward';
const names = ['user', 'email', 'role', 'tenant', 'credential'];
const identityOf = ({ headers }: Answer) => names.map((name) => headers.get(`keyward-${name}`));

test('a proxy is told who sent a request, whatever its method and path, in five headers that are always there', async () => {
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
    ]);
    assert.equal(answer.text, '');
  }
  const session = await desk.ada.send(`GET ${door}`);
  assert.deepEqual(identityOf(session), [desk.ada.id, 'ada@example.com', 'admin', desk.ada.tenantId, '']);
});

test('whoever is nobody is told so with 401, and gets no identity', async () => {
  await using desk = await openDesk();
  for (const call of [{}, { token: 'nonsense' }, { cookie: 'keyward_session=x' }]) {
    const answer = await desk.send(`GET ${door}/page`, call);
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm="Keyward"/);
    assert.deepEqual(identityOf(answer), [null, null, null, null, null]);
  }
});

test('a query below the address is the service’s own', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'x', permissions: ['tokens:read'] });
  const query = '?permission=fly&resource=none';
  assert.equal((await desk.send(`GET ${door}/${query}`, { token })).status, 200);
  assert.equal((await desk.send(`GET ${door}${query}`, { token })).status, 422);
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
  assert.equal((await desk.send(`GET ${door}?resource=nonsense`, { token })).status, 422);
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

test('what another site made a browser send with its cookie is refused, what the site itself sent is not', async () => {
  await using desk = await openDesk();
  const host = 'wiki.example.com';
  const post = (headers: Record<string, string>) =>
    desk.ada.send(`POST ${door}`, {
      headers: { 'X-Forwarded-Method': 'POST', 'X-Forwarded-Host': host, ...headers },
    });
  assert.equal((await post({ Origin: `https://${host}`, 'Sec-Fetch-Site': 'same-origin' })).status, 200);
  assert.equal((await post({ Origin: 'https://evil.example' })).problem?.code, 'origin_not_allowed');
  assert.equal((await post({ Origin: 'null' })).problem?.code, 'origin_not_allowed');
  assert.equal((await post({ 'Sec-Fetch-Site': 'same-site' })).problem?.code, 'origin_not_allowed');
  const page = await desk.ada.send(`GET ${door}`, { headers: { Origin: 'https://evil.example' } });
  assert.equal(page.status, 200, 'no page can read what another site answers');
  const openSocket = (origin: string, headers: object) =>
    upgrade(desk.origin + door, {
      Cookie: desk.ada.cookie,
      Origin: origin,
      'X-Forwarded-Host': host,
      Connection: 'close',
      ...headers,
    });
  for (const header of [{ Upgrade: 'websocket' }, { Upgrade: '', 'Sec-Fetch-Mode': 'websocket' }]) {
    assert.equal(await openSocket(`https://evil.${host}`, header), 403);
    assert.equal(await openSocket(`https://${host}`, header), 200);
  }
  const { token } = await desk.ada.createToken({ name: 'x' });
  assert.equal(
    (await desk.send(`POST ${door}`, { token, headers: { Origin: 'https://evil.example' } })).status,
    200,
  );
});
