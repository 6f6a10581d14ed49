import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDesk, type Desk } from '#server/testing/desk.ts';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const json = { 'Content-Type': 'application/json' };

const bodies: [what: string, text: string, status: number, code: string][] = [
  ['half an object', '{"name":', 400, 'invalid_json'],
  ['words', 'hello', 400, 'invalid_json'],
  ['a list', '[]', 422, 'validation_failed'],
  ['a string', '"x"', 422, 'validation_failed'],
  ['21 levels', `{"name":${nested(20)}}`, 422, 'validation_failed'],
  ['1,001 items', `{"name":[${Array<number>(1_001).fill(1).join()}]}`, 422, 'validation_failed'],
  ['an unknown field', '{"name":"x","isAdmin":true}', 422, 'validation_failed'],
  ['a NUL', '{"name":"a\\u0000b"}', 422, 'validation_failed'],
  ['half a pair', '{"name":"\\ud800"}', 422, 'validation_failed'],
  ['nothing', '', 422, 'validation_failed'],
  ['a field twice', '{"name":"a","name":"b"}', 400, 'bad_request'],
  ['a field twice, once escaped', '{"name":"a","n\\u0061me":"b"}', 400, 'bad_request'],
  ['a field twice within', '{"name":"a","resources":[{"x":1},{"x":1,"y":":","x":2}]}', 400, 'bad_request'],
  ['a prototype twice', '{"__proto__":1,"__proto__":2}', 400, 'bad_request'],
  ['a name of one field in two objects', '{"x":{"x":[{"x":":"}]},"y":{"x":1}}', 422, 'validation_failed'],
];
test('a body that will not do gets a problem document with a code, over REST and tRPC', async (t) => {
  await using desk = await openDesk();
  for (const [what, text, status, code] of bodies) {
    await t.test(what, async () => {
      for (const call of ['POST /api/v1/tokens', 'POST /trpc/tokens.create']) {
        const refused = await desk.ada.send(call, { text, headers: json });
        assert.equal(refused.status, status, `${call}: ${refused.text}`);
        assert.equal(refused.problem?.code, code);
        assert.equal(refused.problem?.requestId, refused.headers.get('x-request-id'));
      }
    });
  }
});

test('bytes that are not UTF-8 are not JSON', async () => {
  await using desk = await openDesk();
  const response = await fetch(`${desk.origin}/api/v1/tokens`, {
    method: 'POST',
    headers: { ...json, Cookie: desk.ada.cookie },
    body: Buffer.from([0x7b, 0xff, 0x7d]),
  });
  assert.equal(response.status, 400);
});

test('a body may hold 1 MiB over REST and 256 kB over tRPC', async () => {
  await using desk = await openDesk();
  const send = (call: string, bytes: number) =>
    desk.ada.send(call, { text: `{"name":"${'x'.repeat(bytes - 11)}"}`, headers: json });
  assert.equal((await send('POST /api/v1/tokens', 1_048_576)).status, 422);
  const tooLarge = await send('POST /api/v1/tokens', 1_048_577);
  assert.equal(tooLarge.status, 413);
  assert.equal(tooLarge.problem?.code, 'body_too_large');
  assert.equal((await send('POST /trpc/tokens.create', 262_144)).status, 422);
  assert.equal((await send('POST /trpc/tokens.create', 262_145)).status, 413);
});

test('whoever still sends a body that was refused gets the answer, and the next one on the same connection', async () => {
  await using desk = await openDesk();
  const head = `POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nCookie: ${desk.ada.cookie}\r\nContent-Type: application/json\r\n`;
  const mebibyte = 'x'.repeat(1_048_576);
  for (const [length, piece] of [
    [`Content-Length: ${3 * mebibyte.length}`, mebibyte],
    ['Transfer-Encoding: chunked', `100000\r\n${mebibyte}\r\n`],
  ] as const) {
    const socket = await open(desk);
    socket.write(`${head}${length}\r\n\r\n${piece}`);
    if (length.startsWith('Transfer')) socket.write('1\r\nx\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 413 /);
    for (let more = 0; more < 2; more++) await new Promise((sent) => socket.write(piece, sent));
    if (length.startsWith('Transfer')) socket.write('0\r\n\r\n');
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    const [next] = (await once(socket, 'data')) as [Buffer];
    assert.match(next.toString(), /^HTTP\/1\.1 200 /);
    socket.destroy();
  }
});

test('an address may have 8 kB', async () => {
  await using desk = await openDesk();
  assert.equal((await desk.send(`GET /api/v1/nothing?${'x'.repeat(8_000)}`)).status, 404);
  const tooLong = await desk.send(`GET /api/v1/nothing?${'x'.repeat(8_192)}`);
  assert.equal(tooLong.status, 414);
  assert.equal(tooLong.problem?.code, 'uri_too_long');
});

test('a batch holds ten calls at most, and never one that makes or proves a secret', async () => {
  await using desk = await openDesk();
  const batch = (paths: string[]) => desk.ada.send(`GET /trpc/${paths.join()}?batch=1&input={}`);
  assert.equal((await batch(Array<string>(10).fill('sessions.me'))).status, 200);
  const tooMany = await batch(Array<string>(11).fill('sessions.me'));
  assert.equal(tooMany.status, 400);
  assert.equal(tooMany.problem?.code, 'batch_not_allowed');
  for (const path of ['sessions.login', 'setup.complete', 'tokens.create', 'users.create']) {
    for (const paths of [path, `${path},${path}`, `tokens.revoke,${path}`]) {
      const refused = await desk.ada.send(`POST /trpc/${paths}?batch=1`, { body: { 0: {}, 1: {} } });
      assert.equal(refused.problem?.code, 'batch_not_allowed', paths);
    }
  }
});

test('a batch is no less a batch when its names are encoded', async () => {
  await using desk = await openDesk();
  const body = { 0: { name: 'one' }, 1: { name: 'two' } };
  for (const path of [
    'tokens%2Ecreate%2Ctokens%2Ecreate',
    'tokens.create%2Ctokens.create',
    'tokens%2Ecreate,tokens%2Ecreate',
  ]) {
    assert.equal((await desk.ada.send(`POST /trpc/${path}?batch=1`, { body })).status, 400, path);
  }
  assert.equal((await desk.sql('select from credentials')).length, 0);
});

test('what no door expects is refused, and is no fault of ours', async () => {
  await using desk = await openDesk();
  const statuses: [string, number][] = [
    ['GET /api/v1/tokens?search=%00', 422],
    ['PUT /trpc/sessions.me', 405],
    ['GET /trpc/sessions.me?connectionParams=x', 400],
    ['GET /trpc/sessions.me?input=x', 400],
    ['POST /trpc/tokens.revoke', 415],
    ['GET /trpc/tokens.revoke', 405],
    ['HEAD /trpc/sessions.me', 405],
  ];
  for (const [call, status] of statuses) {
    const refused = await desk.ada.send(call);
    assert.equal(refused.status, status, `${call}: ${refused.text}`);
    if (!call.startsWith('HEAD')) assert.equal(refused.problem?.status, status, call);
  }
  const streamed = await desk.send('GET /trpc/sessions.me', {
    headers: { 'trpc-accept': 'application/jsonl' },
  });
  assert.equal(streamed.status, 401);
  assert.match(streamed.headers.get('www-authenticate') ?? '', /^Bearer/);
});

test('what tRPC refuses without asking who it is ends no server, whoever it is', async () => {
  await using desk = await openDesk();
  for (const who of [{ token: 'x' }, { cookie: 'keyward_session=x' }, { cookie: desk.ada.cookie }]) {
    for (const [call, type] of [
      ['HEAD /trpc/x', 'text/plain'],
      ['GET /trpc/sessions.me', 'multipart/form-data; boundary=x'],
      ['GET /trpc/live.changes,sessions.me?batch=1', 'application/json'],
      ['POST /trpc/sessions.me,', 'x'],
    ] as const) {
      const { status } = await desk.send(call, { ...who, headers: { 'Content-Type': type } });
      assert.ok(status >= 400 && status < 500, `${call}: ${status}`);
    }
  }
  // A rejection that nobody handles fails this test by itself.
  await desk.settle();
  assert.deepEqual(
    desk.logged.filter((line) => line.includes('"level":50')),
    [],
  );
});

test('a body of very many wrong fields gets a short answer', async () => {
  await using desk = await openDesk();
  const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`field${n}`, 1]));
  for (const count of [900, 30_000]) {
    const refused = await desk.ada.send('POST /api/v1/tokens', { body: fields(count) });
    assert.equal(refused.status, 422);
    assert.ok(refused.text.length < 10_000, String(refused.text.length));
  }
});

test('a client that goes away in the middle of its body is nobody’s fault', async () => {
  await using desk = await openDesk();
  const socket = await open(desk);
  socket.write(
    'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
  );
  await sleep(50);
  socket.destroy();
  while (!desk.logged.some((line) => line.includes('auth/login') && line.includes('aborted')))
    await sleep(10);
  assert.doesNotMatch(desk.logged.join(''), /"level":50/);
});

test('unknown addresses and methods are told apart', async () => {
  await using desk = await openDesk();
  assert.equal((await desk.ada.send('GET /api/v1/nothing')).status, 404);
  assert.equal((await desk.ada.send('GET /api/v2/me')).status, 404);
  const wrong = await desk.ada.send('DELETE /api/v1/tokens');
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get('allow'), 'GET, HEAD, POST');
  assert.equal(wrong.problem?.code, 'method_not_allowed');
  assert.equal((await desk.ada.send('POST /dashboard', { body: {} })).status, 405);
  assert.equal((await desk.ada.send('GET /trpc/no.such')).status, 404);
  assert.equal((await desk.ada.send('GET /trpc/__proto__')).status, 404);
  assert.equal((await desk.ada.send('HEAD /api/v1/me')).status, 200);
});

test('an unknown field in a query, one given twice, or one in the path too, is refused', async () => {
  await using desk = await openDesk();
  const { credential } = await desk.ada.createToken({ name: 'ci' });
  for (const call of [
    'GET /api/v1/me?x=1',
    'GET /api/v1/tokens?tenantId=1',
    `GET /api/v1/tokens/${credential.id}?id=1`,
  ]) {
    assert.equal((await desk.ada.send(call)).status, 422, call);
  }
  const doubled = await desk.ada.send(`PATCH /api/v1/tokens/${credential.id}`, {
    body: { id: credential.id, name: 'x' },
  });
  assert.equal(doubled.status, 422);
  const secret = await desk.send('POST /api/v1/auth/login?password=x', { body: { email: 'a' } });
  assert.equal(secret.status, 422);
});

test('a request without a host is refused, one that expects what there is not is answered, like any other', async () => {
  await using desk = await openDesk();
  for (const [line, status] of [
    ['GET /healthz HTTP/1.1', 400],
    ['GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: miracles', 200],
  ] as const) {
    const socket = await open(desk);
    socket.write(`${line}\r\nConnection: close\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), new RegExp(`^HTTP/1.1 ${status} `));
    assert.match(answer.toString(), alwaysSent);
    socket.destroy();
  }
});

/** Also by what is answered before there is a request. */
const alwaysSent =
  /\r\nX-Content-Type-Options: nosniff\r\n[^]*\r\nContent-Security-Policy: default-src 'none'/;

async function open(desk: Desk): Promise<Socket> {
  const socket = connect(Number(new URL(desk.origin).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

test('an address that holds too many connections gets no more, until it lets go', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_MAX_CONNECTIONS: '8' } });
  const sockets = await Promise.all(Array.from({ length: 12 }, () => open(desk)));
  const last = sockets.at(-1) as Socket;
  last.write('GET /healthz?refused HTTP/1.1\r\nHost: x\r\n\r\n');
  const [answer] = (await once(last, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1.1 429 /);
  assert.match(answer.toString(), alwaysSent);
  await once(last, 'close');
  for (const socket of sockets) socket.destroy();
  let { status } = await desk.send('GET /healthz');
  // The server hears of each a little later.
  while (status === 429) ({ status } = await desk.send('GET /healthz'));
  assert.equal(status, 200);
});

test('what is not HTTP is answered with 400 and hung up on', async () => {
  await using desk = await openDesk();
  const socket = await open(desk);
  socket.write('HELLO\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1.1 400 /);
  assert.match(answer.toString(), alwaysSent);
  await once(socket, 'close');
});

test(
  'a client that does not finish its headers is let go after ten seconds',
  { timeout: 20_000 },
  async () => {
    await using desk = await openDesk();
    const socket = await open(desk);
    const began = Date.now();
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n');
    socket.resume();
    await once(socket, 'close');
    const seconds = (Date.now() - began) / 1_000;
    assert.ok(seconds > 8 && seconds < 15, String(seconds));
  },
);
