import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { isBaseUrl } from '#server/doors/http/base-url.ts';
import { builtCli } from '#server/testing/built-cli.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

const legal = [
  'http://localhost:3000',
  'https://keyward.example.com',
  'https://keyward.example.com./tools/key_ward',
  'http://key_ward:8080',
  'http://192.0.2.7:3000',
  'http://[2001:db8::7]:3000/desk',
  'https://xn--bcher-kva.example',
];
const hostile = [
  'evil.example\n',
  'evil.example\r\nX: y',
  "evil.example';id;'",
  'evil.example"',
  'evil.example$(id)',
  'evil.example`id`',
  'evil.example;id',
  'evil.example|id',
  'evil.example&id',
  'evil example',
  'evil.example\\id',
  'user:pass@evil.example',
  'evil.example/../x',
  'evil.example?x',
  'evil.example#x',
  'evil.example,other.example',
  'evil.example<script>',
  'evil.example:99999',
  'évil.example',
  '[::1',
  '',
];

for (const base of legal) test(`${base} is an address`, () => assert.ok(isBaseUrl(base)));
for (const host of hostile)
  test(`${JSON.stringify(host)} is no host`, () => assert.ok(!isBaseUrl(`https://${host}`)));
for (const text of ['javascript:alert(1)', 'ftp://desk', `https://${'a'.repeat(300)}`, 'https://desk/%0a'])
  test(`${text.slice(0, 30)} is no address`, () => assert.ok(!isBaseUrl(text)));

/** By hand, since `fetch` lets nobody choose the host; the bytes are those that were given. */
async function fetchInstaller(desk: Desk, headers: OutgoingHttpHeaders) {
  const path = '/cli/install.sh';
  const request = get(desk.origin + path, { headers, setHost: headers['Host'] === undefined, agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, script: await text(answer) };
}

const cli = await builtCli();
after(() => cli[Symbol.asyncDispose]());

const namedBase = (script: string) => /^base=(.*)$/m.exec(script)?.[1];
const sendable = hostile.filter((host) => /^[\x20-\x7e]*$/.test(host));

test('no host of a request gets into a script but one that is an address', async () => {
  await using desk = await openDesk({ cli: cli.folder });
  for (const host of sendable) {
    const refused = await fetchInstaller(desk, { Host: host });
    assert.equal(refused.status, 400, host);
    assert.doesNotMatch(refused.script, /evil|id/);
  }
  assert.equal(
    namedBase((await fetchInstaller(desk, { Host: 'key_ward:81' })).script),
    "'http://key_ward:81'",
  );
});

test('what forwarded headers say is left unread, unless a trusted proxy wrote it', async () => {
  const forwarded = (host: string) => ({
    'X-Forwarded-Host': host,
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Prefix': '/tools/',
    Forwarded: `host=${host};proto=https`,
  });
  await using desk = await openDesk({ cli: cli.folder });
  const plain = await fetchInstaller(desk, {});
  for (const host of [...sendable, 'proxy.example'])
    assert.deepEqual(await fetchInstaller(desk, forwarded(host)), plain, host);

  await using behind = await openDesk({ cli: cli.folder, settings: { KEYWARD_TRUSTED_PROXIES: '1' } });
  const told = await fetchInstaller(behind, forwarded('proxy.example'));
  assert.equal(namedBase(told.script), "'https://proxy.example/tools'");
  for (const host of sendable)
    assert.equal((await fetchInstaller(behind, forwarded(host))).status, 400, host);
});

test('with an address of its own the server echoes no other, in scripts as in links', async () => {
  const settings = { KEYWARD_URL: 'https://desk.example', KEYWARD_TRUSTED_PROXIES: '1' };
  await using desk = await openDesk({ cli: cli.folder, settings });
  const plain = await fetchInstaller(desk, {});
  assert.equal(namedBase(plain.script), "'https://desk.example'");
  for (const host of [...sendable, 'evil.example']) {
    const headers = host === '' ? {} : { Host: host };
    assert.deepEqual(await fetchInstaller(desk, { ...headers, 'X-Forwarded-Host': host }), plain, host);
  }
  const headers = { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' };
  const body = { name: 'Eve', email: 'eve@example.com', role: 'viewer' };
  const invited = await desk.ada.send('POST /api/v1/users', { body, headers });
  assert.match(invited.text, /"inviteUrl":"https:\/\/desk\.example\/invite#/);
});
