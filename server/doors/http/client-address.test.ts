import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { clientAddress } from '#server/doors/http/client-address.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

type Headers = Record<string, string>;
const proxy = ['10.0.0.0/8'];

function addressOf(peer: string | undefined, headers: Headers, trustedProxies: number | string[] = proxy) {
  const req = { socket: { remoteAddress: peer }, headers };
  const isForwarded = 'forwarded' in headers && !('x-forwarded-for' in headers);
  const clientAddressHeader = isForwarded ? 'forwarded' : 'x-forwarded-for';
  return clientAddress(req as unknown as IncomingMessage, { trustedProxies, clientAddressHeader });
}

const chains: [
  what: string,
  trusted: number | string[],
  peer: string,
  forwarded: string,
  client: string | null,
][] = [
  ['no proxy is trusted', 0, '10.0.0.1', '203.0.113.7', '10.0.0.1'],
  ['the peer is no proxy of ours', proxy, '198.51.100.4', '203.0.113.7', '198.51.100.4'],
  ['one proxy', proxy, '10.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['what the client made up stands further left', proxy, '10.0.0.1', '1.2.3.4, 203.0.113.7', '203.0.113.7'],
  ['two proxies', proxy, '10.0.0.1', '1.2.3.4, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
  ['all are proxies', proxy, '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['one hop', 1, '10.0.0.1', '1.2.3.4, 203.0.113.7', '203.0.113.7'],
  ['two hops', 2, '10.0.0.1', '1.2.3.4, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
  ['more hops than entries', 3, '10.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['IPv4 inside IPv6', proxy, '::ffff:10.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
  ['nonsense from the proxy', proxy, '10.0.0.1', '203.0.113.7, unknown', null],
  ['nonsense from a proxy further out', proxy, '10.0.0.1', '203.0.113.7, unknown, 10.0.0.2', null],
  ['nonsense from the client', proxy, '10.0.0.1', 'unknown,,"[, 203.0.113.7', '203.0.113.7'],
  ['nothing', proxy, '10.0.0.1', '', null],
  ['empty entries', proxy, '10.0.0.1', ' , ,', null],
  ['an empty entry of the proxy', proxy, '10.0.0.1', '203.0.113.7, ', null],
  ['a comma alone', proxy, '10.0.0.1', ',', null],
  ['ten proxies', proxy, '10.0.0.1', `203.0.113.7${', 10.0.0.2'.repeat(9)}`, '203.0.113.7'],
  ['more proxies than are read', proxy, '10.0.0.1', `203.0.113.7${', 10.0.0.2'.repeat(10)}`, null],
  ['ten hops', 10, '10.0.0.1', `203.0.113.7${', 10.0.0.2'.repeat(9)}`, '203.0.113.7'],
];
for (const [what, trusted, peer, forwarded, client] of chains) {
  test(`the client's address: ${what}`, () =>
    assert.equal(addressOf(peer, { 'x-forwarded-for': forwarded }, trusted), client));
}

test('a proxy that forwards nothing asks for itself, and a connection without an address comes from nowhere', () => {
  assert.equal(addressOf('10.0.0.1', {}), '10.0.0.1');
  assert.equal(addressOf(undefined, { 'x-forwarded-for': '203.0.113.7' }), null);
  assert.equal(addressOf(undefined, { 'x-forwarded-for': '203.0.113.7' }, 1), null);
});

const elements: [forwarded: string, client: string | null][] = [
  ['for=203.0.113.7', '203.0.113.7'],
  ['For="203.0.113.7:4711"; proto=https ;by=10.0.0.9', '203.0.113.7'],
  ['proto=https;for="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
  ['for="[2001:db8::1]", for=203.0.113.7', '203.0.113.7'],
  ['for=203.0.113.7, for=10.0.0.2', '203.0.113.7'],
  ['for="evil, for=203.0.113.7', '203.0.113.7'],
  ['for=203.0.113.7;host="a, for=198.51.100.9"', null],
  ['for=203.0.113.7;host="a\\", for=198.51.100.9;x=\\""', null],
  ['for=unknown', null],
  ['for="_hidden:_port"', null],
  ['for=203.0.113.7;for=198.51.100.9', null],
  ['by=10.0.0.9;proto=https', null],
  ['203.0.113.7', null],
  ['', null],
];
for (const [forwarded, client] of elements)
  test(`"Forwarded: ${forwarded}" says ${client}`, () =>
    assert.equal(addressOf('10.0.0.1', { forwarded }), client));

test('of the two headers only the one that is configured is read, and the other ignored', () => {
  const chosen = (clientAddressHeader: 'x-forwarded-for' | 'forwarded', headers: Headers) => {
    const req = { socket: { remoteAddress: '10.0.0.1' }, headers } as unknown as IncomingMessage;
    return clientAddress(req, { trustedProxies: proxy, clientAddressHeader });
  };
  const both = { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=198.51.100.9' };
  assert.equal(chosen('x-forwarded-for', both), '203.0.113.7');
  assert.equal(chosen('forwarded', both), '198.51.100.9');
  const alike = { 'x-forwarded-for': '203.0.113.7', forwarded: '203.0.113.7' };
  assert.equal(chosen('x-forwarded-for', alike), '203.0.113.7');
  assert.equal(chosen('x-forwarded-for', { forwarded: both.forwarded }), null);
  assert.equal(chosen('forwarded', { 'x-forwarded-for': '203.0.113.7' }), null);
});

test('what a client makes up is not read at all from an untrusted peer, and ten entries of it from a trusted one', () => {
  const huge = `${'1.2.3.4:5,'.repeat(1_500)}203.0.113.7`;
  const long = `${'10.0.0.2,'.repeat(1_600)}10.0.0.2`;
  const started = process.cpuUsage();
  for (let n = 0; n < 1_000; n++) {
    addressOf('10.0.0.1', { 'x-forwarded-for': huge });
    addressOf('10.0.0.1', { 'x-forwarded-for': long });
    addressOf('10.0.0.1', { 'x-forwarded-for': 'x'.repeat(16_000) });
    addressOf('10.0.0.1', { forwarded: `for=${'"\\'.repeat(8_000)}` });
    addressOf('198.51.100.4', { 'x-forwarded-for': huge });
  }
  const { user } = process.cpuUsage(started);
  assert.ok(user < 1_000_000, `${user / 5_000} µs each`);
});

const settings = { KEYWARD_TRUSTED_PROXIES: '127.0.0.1' };
const unreadable = ['unknown', '_hidden', '', ', ,', '198.51.100.9:x', '1234', '300.1.1.1', '127.0.0.1 evil'];

async function addressOfLast(desk: Desk, action: string): Promise<string | null | undefined> {
  await desk.settle();
  const rows = await desk.sql<{ address: string | null }>(
    `select host(address) as address from audit_events where action = '${action}' order by sequence desc limit 1`,
  );
  return rows[0]?.address;
}

test('every form in which proxies write an address is that address, for allowlists, limits and the audit log', async () => {
  await using desk = await openDesk({ settings });
  const { token } = await desk.ada.createToken({ name: 'local', ipAllowlist: ['127.0.0.0/8'] });
  const far = await desk.ada.createToken({ name: 'far', ipAllowlist: ['198.51.100.9', '2001:db8::/32'] });
  const forms = [
    '198.51.100.9',
    '198.51.100.9:1234',
    '"198.51.100.9"',
    '"198.51.100.9:1234"',
    '[::ffff:198.51.100.9]:80',
    '2001:db8::9',
    '[2001:db8::9]',
    '"[2001:db8::9]:1234"',
    '1.2.3.4, 198.51.100.9:1234',
  ];
  for (const form of forms) {
    const headers = { 'X-Forwarded-For': form };
    const local = await desk.send('GET /api/v1/me', { token, headers });
    assert.equal(local.problem?.code, 'ip_not_allowed', form);
    assert.equal((await desk.send('GET /api/v1/me', { token: far.token, headers })).status, 200, form);
  }
  await desk.settle();
  const rows = await desk.sql<{ address: string }>(
    "select distinct host(address) as address from audit_events where action = 'auth.refused' order by 1",
  );
  assert.deepEqual(
    rows.map(({ address }) => address),
    ['198.51.100.9', '2001:db8::9'],
  );
});

test('an address that cannot be read is unknown: no allowlist admits it, not even of everything, and the log says so', async () => {
  await using desk = await openDesk({ settings });
  const allowlists = [['127.0.0.0/8'], ['0.0.0.0/0', '::/0']];
  for (const [index, ipAllowlist] of allowlists.entries()) {
    const { token } = await desk.ada.createToken({ name: `t${index}`, ipAllowlist });
    for (const form of unreadable) {
      const refused = await desk.send('GET /api/v1/me', { token, headers: { 'X-Forwarded-For': form } });
      assert.equal(refused.problem?.code, 'ip_not_allowed', `"${form}"`);
    }
    assert.equal((await desk.send('GET /api/v1/me', { token })).status, 200, 'the proxy itself');
  }
  assert.equal(await addressOfLast(desk, 'auth.refused'), null);
  const lines = desk.logged.filter((line) => line.includes('"address":"unknown"'));
  assert.equal(lines.length, unreadable.length * 2);
  const warnings = desk.logged.filter((line) => line.includes('without a readable address'));
  assert.equal(warnings.length, 1, 'the operator is told once');
});

test('what unknown clients use up of limits and tries is not taken from the proxy, nor the other way round', async () => {
  await using desk = await openDesk({
    settings: { ...settings, KEYWARD_ADDRESS_RATE_LIMIT: '1/3' },
  });
  const unknown = { 'X-Forwarded-For': 'unknown' };
  const hidden = { 'X-Forwarded-For': '_hidden' };
  for (let n = 0; n < 3; n++) await desk.send('GET /api/v1/me', { headers: unknown });
  assert.equal((await desk.send('GET /api/v1/me', { headers: hidden })).problem?.code, 'rate_limited');
  assert.equal((await desk.send('GET /api/v1/me')).problem?.code, 'unauthenticated');

  await using other = await desk.another({ settings: { KEYWARD_ADDRESS_RATE_LIMIT: 'off' } });
  const tally = (place: string) =>
    desk.sql('select * from sign_in_tallies where key = $1', [
      desk.runtime.signer.hash('try:address', place),
    ]);
  const before = await tally('127.0.0.1');
  const wrong = { email: 'ada@example.com', password: 'wrong' };
  await other.send('POST /api/v1/auth/login', { headers: unknown, body: wrong });
  assert.deepEqual(await tally('127.0.0.1'), before);
  assert.equal((await tally('unknown')).length, 1);
});

test('an unknown address is recorded as unknown everywhere: signing in, tokens in use, reports, codes', async () => {
  await using desk = await openDesk({ settings });
  const headers = { 'X-Forwarded-For': 'unknown' };
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const signIn = { email: desk.ada.email, password: desk.ada.password };
  assert.equal((await desk.send('POST /api/v1/auth/login', { headers, body: signIn })).status, 200);
  for (const address of ['203.0.113.7', 'unknown', '_x', '203.0.113.7']) {
    desk.clock.advance({ seconds: 1 });
    const used = await desk.send('GET /api/v1/me', { token, headers: { 'X-Forwarded-For': address } });
    assert.equal(used.status, 200);
    await desk.settle();
  }
  const view = (await desk.ada.send(`GET /api/v1/tokens/${credential.id}`)).body;
  assert.equal(view['useCount'], 4);
  const uses = await desk.sql<{ address: string | null; count: number }>(
    'select host(address) as address, count::int from credential_use order by address',
  );
  assert.deepEqual(uses, [
    { address: '203.0.113.7', count: 2 },
    { address: null, count: 2 },
  ]);
  assert.equal(await addressOfLast(desk, 'credential.new_ip'), undefined);
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', ...headers };
  const device = await desk.send('POST /oauth/device_authorization', {
    headers: form,
    text: 'client_id=keyward-cli',
  });
  assert.equal(device.status, 400, 'the approver of a machine has to be shown its address');
  assert.match(device.text, /KEYWARD_CLIENT_ADDRESS_HEADER/);
  const reported = await desk.send('POST /api/v1/revoke', { headers, body: { tokens: [token] } });
  assert.equal(reported.status, 202);
  assert.equal(await addressOfLast(desk, 'token.revoke'), null);
});

test('a service reports an address as it sees it; what is none counts as unknown, and is answered', async () => {
  await using desk = await openDesk();
  const { token: service } = await desk.ada.createToken({ name: 'service', permissions: ['verify'] });
  const { token } = await desk.ada.createToken({ name: 'bound', ipAllowlist: ['203.0.113.0/24'] });
  const free = await desk.ada.createToken({ name: 'free' });
  const verify = async (shown: string, address: string | null) => {
    const answer = await desk.send('POST /api/v1/verify', {
      token: service,
      body: { token: shown, address },
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.body['code'];
  };
  for (const address of ['203.0.113.7', '203.0.113.7:1234', '::ffff:203.0.113.7', '[::ffff:203.0.113.7]:80'])
    assert.equal(await verify(token, address), 'valid', address);
  for (const address of [...unreadable, null]) {
    assert.equal(await verify(token, address), 'ip_not_allowed', String(address));
    assert.equal(await verify(free.token, address), 'valid', String(address));
  }
});
