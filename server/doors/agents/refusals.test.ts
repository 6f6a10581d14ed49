import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { newSecret } from '#server/core/secrets/format.ts';
import { channelLimits } from '#server/doors/agents/schema.ts';
import { channelMethods } from '#server/doors/agents/serve-agent.ts';
import { channelTable } from '#server/testing/access-table.ts';
import { connectAgent, greetAs, tryConnect, type ConnectOptions } from '#server/testing/agent-client.ts';
import { enrollAgent } from '#server/testing/agents.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { askToRotate, endingsOf } from '#server/testing/rotations.ts';

let desk: Desk;
before(async () => void (desk = await openDesk()));
after(() => desk[Symbol.asyncDispose]());

async function refused(options: ConnectOptions) {
  const answer = await tryConnect(desk.origin, options);
  assert.ok('status' in answer, 'it was let in');
  return answer;
}

test('an upgrade is refused with a problem document and every header that no answer goes without, and the connection ends', async () => {
  const { status, headers, problem } = await refused({ token: newSecret('agt').reveal() });
  assert.deepEqual([status, problem.code], [401, 'token_invalid']);
  assert.equal(headers['content-type'], 'application/problem+json');
  assert.equal(headers['connection'], 'close');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['x-request-id'], problem.requestId);
  assert.match(String(headers['www-authenticate']), /^Bearer /);
});

const byStatement: [what: string, statement: string, status: number, code: string][] = [
  ['paused', 'update agents set paused_at = now() where id = $1', 403, 'paused'],
  ['switched off', 'update credentials set enabled = false where id = $1', 401, 'token_disabled'],
  ['deleted', 'update credentials set revoked_at = now() where id = $1', 401, 'token_revoked'],
  [
    'by a secret that has been replaced',
    "update secrets set state = 'retired', valid_until = now() - interval '1 minute' where credential_id = $1",
    401,
    'secret_retired',
  ],
];
for (const [what, statement, status, code] of byStatement)
  test(`an agent is refused: ${what}`, async () => {
    const agent = await enrollAgent(desk, code.replaceAll('_', '-'));
    await desk.sql(statement, [agent.id]);
    const answer = await refused({ token: agent.token });
    assert.deepEqual([answer.status, answer.problem.code], [status, code]);
  });

test('only agents connect: no one without a secret, no person, no key', async () => {
  const { token } = await desk.ada.createToken({ name: 'pat' });
  const key = await desk.ada.createKey({ name: 'key' });
  const cases: [options: ConnectOptions, status: number, code: string][] = [
    [{}, 401, 'unauthenticated'],
    [{ headers: { Cookie: desk.ada.cookie } }, 403, 'origin_not_allowed'],
    [{ headers: { Cookie: desk.ada.cookie, Origin: desk.origin } }, 401, 'unauthenticated'],
    [{ token }, 403, 'permission_denied'],
    [{ token: key.token }, 403, 'permission_denied'],
  ];
  for (const [options, status, code] of cases) {
    const answer = await refused(options);
    assert.deepEqual([answer.status, answer.problem.code], [status, code]);
  }
});

test('a secret in the address is refused and told to the owner, though it stands in the header too', async () => {
  const { id, token } = await enrollAgent(desk, 'in-url');
  const { problem } = await refused({ token, path: `/agents/connect?token=${token}` });
  assert.equal(problem.code, 'token_in_url');
  const notices = await desk.sql<{ kind: string }>('select kind from notices where credential_id = $1', [id]);
  assert.deepEqual(notices, [{ kind: 'exposed' }]);
});

/** A handshake as the client of a test would not make it. */
function statusOf(token: string, headers: Record<string, string>): Promise<number> {
  const asking = request(`${desk.origin}/agents/connect`, {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      Authorization: `Bearer ${token}`,
      ...headers,
    },
  });
  asking.end();
  return new Promise((resolve, reject) => {
    asking.on('error', reject);
    asking.on('response', (response) => resolve(response.resume().statusCode ?? 0));
    asking.on('upgrade', (_, socket) => {
      socket.destroy();
      resolve(101);
    });
  });
}

test('what is no handshake of a WebSocket is refused', async () => {
  const { token } = await enrollAgent(desk, 'no-handshake');
  assert.equal(await statusOf(token, {}), 101);
  for (const headers of [
    { 'Sec-WebSocket-Key': 'x' },
    { 'Sec-WebSocket-Version': '8' },
    { 'Sec-WebSocket-Protocol': 'chat' },
  ])
    assert.equal(await statusOf(token, headers), 400);
});

test('other addresses take no WebSocket, and a plain request to this one is told what is amiss', async () => {
  const { token } = await enrollAgent(desk, 'elsewhere');
  const elsewhere = await refused({ token, path: '/api/v1/nothing' });
  assert.equal(elsewhere.status, 404);
  const plain = await desk.send('GET /agents/connect', { token });
  assert.equal(plain.status, 400);
  assert.match(plain.problem?.detail ?? '', /proxy/);
  // Other protocols are offered to every address by some clients, and answered as if they had not been.
  const offered = await desk
    .send('GET /api/v1/me', { token, headers: { Upgrade: 'h2c', Connection: 'Upgrade' } })
    .catch(() => undefined);
  assert.ok(offered === undefined || offered.status === 200);
});

test('an upgrade behind a request that is not answered yet ends the connection, and not the server', async () => {
  const { hostname, port } = new URL(desk.origin);
  const socket = connect(Number(port), hostname);
  const over = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  socket.resume();
  socket.write(
    'GET /api/v1/auth/ways HTTP/1.1\r\nHost: x\r\n\r\nGET /agents/connect HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  await over;
  assert.equal((await desk.send('GET /healthz')).status, 200);
});

test('what goes on to be refused is throttled as any request is', async () => {
  await using strict = await desk.another({ settings: { KEYWARD_ADDRESS_RATE_LIMIT: '1/2' } });
  const statuses: number[] = [];
  for (let each = 0; each < 4; each++) {
    const answer = await tryConnect(strict.origin, { token: newSecret('agt').reveal() });
    if ('status' in answer) statuses.push(answer.status);
  }
  assert.deepEqual(statuses, [401, 401, 429, 429]);
});

const breaches: [what: string, frames: (string | Buffer)[], code: number][] = [
  ['no JSON', ['x'], 4000],
  ['an array', ['[]'], 4000],
  ['a batch', ['[{"jsonrpc":"2.0","id":1,"method":"agent.hello"}]'], 4000],
  ['an unknown method', ['{"jsonrpc":"2.0","id":1,"method":"agent.run"}'], 4000],
  [
    'a hello without its host',
    ['{"jsonrpc":"2.0","id":1,"method":"agent.hello","params":{"epoch":1}}'],
    4000,
  ],
  [
    'a hello with another field',
    [
      '{"jsonrpc":"2.0","id":1,"method":"agent.hello","params":{"host":"a","version":"1","epoch":1,"role":"x"}}',
    ],
    4000,
  ],
  [
    'a hello of another epoch',
    ['{"jsonrpc":"2.0","id":1,"method":"agent.hello","params":{"host":"a","version":"1","epoch":2}}'],
    4000,
  ],
  [
    'a hello that waits for no answer',
    ['{"jsonrpc":"2.0","method":"agent.hello","params":{"host":"a","version":"1","epoch":1}}'],
    4000,
  ],
  [
    'another message before the hello',
    ['{"jsonrpc":"2.0","method":"agent.rotation_complete","params":{}}'],
    4000,
  ],
  ['an answer to nothing', ['{"jsonrpc":"2.0","id":"x","result":{}}'], 4000],
  ['a binary frame', [Buffer.from('{}')], 4000],
  ['more than 64 kB', ['x'.repeat(channelLimits.messageBytes + 1)], 1009],
];
for (const [index, [what, frames, code]] of breaches.entries())
  test(`a connection is closed for what breaks the protocol: ${what}`, async () => {
    const agent = await enrollAgent(desk, `breach-${index}`);
    await using client = await connectAgent(desk.origin, { token: agent.token });
    for (const frame of frames) client.sendRaw(frame);
    assert.equal((await client.closed())?.code, code);
  });

test('every method of the channel has its row in the access table', () => {
  assert.deepEqual(channelMethods.toSorted(), Object.keys(channelTable).toSorted());
});

test('an agent says nothing of the rotation of another', async () => {
  const [agent, other] = [await enrollAgent(desk, 'its-own'), await enrollAgent(desk, 'of-another')];
  await using client = await greetAs(desk.origin, { token: agent.token });
  await using stranger = await greetAs(desk.origin, { token: other.token });
  await askToRotate(desk, agent.id);
  const sent = await client.rotation();
  assert.ok(sent);
  const { rotationId, epoch } = sent;
  const said = { failed: { rotationId, reason: 'other' }, complete: { rotationId, epoch } };
  for (const [id, [what, params]] of Object.entries(said).entries()) {
    stranger.send({ jsonrpc: '2.0', id, method: `agent.rotation_${what}`, params });
    assert.deepEqual((await stranger.next())?.result, {});
  }
  assert.deepEqual(await endingsOf(desk, agent.id), ['delivered']);
  assert.deepEqual(await endingsOf(desk, other.id), []);
  stranger.persisted(rotationId);
  assert.equal((await stranger.closed())?.code, 4000);
  assert.deepEqual(await endingsOf(desk, agent.id), ['delivered']);
});

test('a second hello is refused', async () => {
  const agent = await enrollAgent(desk, 'twice');
  await using client = await greetAs(desk.origin, { token: agent.token });
  await client.hello();
  assert.equal((await client.closed())?.code, 4000);
});

test('an agent that names itself and shows a secret that is unknown is lost: its owner is told, once, and nothing else happens', async () => {
  const agent = await enrollAgent(desk, 'lost');
  const shown = { token: newSecret('agt').reveal(), headers: { 'Keyward-Agent': agent.id } };
  for (let each = 0; each < 3; each++) assert.equal((await refused(shown)).problem.code, 'token_invalid');
  await refused({ token: 'nonsense', headers: { 'Keyward-Agent': agent.id } });
  const unknown = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';
  await refused({ ...shown, headers: { 'Keyward-Agent': unknown } });
  await desk.settle();
  const rows = await desk.sql<{ resource_id: string; actor_kind: string }>(
    "select resource_id, actor_kind from audit_events where action = 'agent.lost'",
  );
  assert.deepEqual(rows, [{ resource_id: agent.id, actor_kind: 'anonymous' }]);
  const notices = await desk.sql<{ kind: string; user_id: string }>(
    'select kind, user_id from notices where credential_id = $1',
    [agent.id],
  );
  assert.deepEqual(notices, [{ kind: 'agent_lost', user_id: desk.ada.id }]);
  await using client = await greetAs(desk.origin, { token: agent.token });
  assert.equal(await client.closed(200), null);
});
