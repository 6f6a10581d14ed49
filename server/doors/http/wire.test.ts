import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { requestText, sendRaw, type RawAnswer } from '#trust/send-raw.ts';

/** What no client that minds its HTTP would send. */
function sendLines(desk: Desk, lines: string[], body = ''): Promise<RawAnswer> {
  return sendRaw(desk.origin, requestText(lines, body));
}

test('a header that may stand once and stands twice is refused, whichever of them is right', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const { host } = new URL(desk.origin);
  const me = (...headers: string[]) => sendLines(desk, ['GET /api/v1/me HTTP/1.1', ...headers]);
  const usual = [`Host: ${host}`, `Authorization: Bearer ${token}`];
  assert.equal((await me(...usual)).status, 200);
  const twice = [
    'Host: evil.example',
    `hOST: ${host}`,
    'Host:',
    'Authorization: Bearer nonsense',
    `authorization: Bearer ${token}`,
    'Content-Type: application/json\r\nContent-Type: text/plain',
    `Origin: ${desk.origin}\r\nOrigin: https://evil.example`,
  ];
  for (const more of twice) {
    for (const lines of [
      [...usual, more],
      [more, ...usual],
    ]) {
      const refused = await me(...lines);
      assert.equal(refused.status, 400, more);
      assert.match(refused.body, /"code":"bad_request"/);
    }
  }
  const several = await me(...usual, 'X-Forwarded-For: 1.2.3.4', 'X-Forwarded-For: 5.6.7.8', 'Cookie: a=b');
  assert.equal(several.status, 200, 'what may stand twice');
});

test('a request that names this server in its first line is answered as any other', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const { host } = new URL(desk.origin);
  const ask = (target: string, named = host) =>
    sendLines(desk, [
      `GET ${target} HTTP/1.1`,
      `Host: ${named}`,
      `Authorization: Bearer ${token}`,
      'Accept: application/json',
    ]);
  assert.equal((await ask(`http://${host}/api/v1/me`)).status, 200);
  assert.equal((await ask(`HTTP://${host}/api/v1/tokens?limit=1`)).status, 200);
  assert.equal((await ask(`http://${host}`)).status, 302);
  assert.equal((await ask(`http://${host}?x=1`)).status, 302);
  assert.equal((await ask('http://evil.example/api/v1/me')).status, 400);
  assert.equal((await ask(`http://user@${host}/api/v1/me`)).status, 400);
  assert.equal((await ask(`http://${host}/api/v1/me`, 'evil.example')).status, 400);
  const exposed = await ask(`http://${host}/api/v1/me?token=${token}`);
  assert.match(exposed.body, /token_in_url/);
  assert.equal((await ask('*')).status, 404);
});

test('a body that is compressed is refused by name, also where its bytes would do', async () => {
  await using desk = await openDesk();
  const json = JSON.stringify({ name: 'x' });
  const call = (encoding: string, text = json) =>
    desk.ada.send('POST /api/v1/tokens', {
      text,
      headers: { 'Content-Type': 'application/json', 'Content-Encoding': encoding },
    });
  for (const encoding of ['gzip', 'br', 'deflate', 'zstd', 'gzip, identity', 'x']) {
    const refused = await call(encoding);
    assert.equal(refused.status, 415, encoding);
    assert.equal(refused.problem?.code, 'unsupported_media_type');
  }
  assert.equal((await call('gzip', gzipSync(json).toString('latin1'))).status, 415);
  assert.equal((await call('identity')).status, 201);
  for (const path of ['/trpc/tokens.create', '/oauth/token']) {
    const type = path.startsWith('/oauth') ? 'application/x-www-form-urlencoded' : 'application/json';
    const refused = await desk.ada.send(`POST ${path}`, {
      text: json,
      headers: { 'Content-Type': type, 'Content-Encoding': 'gzip' },
    });
    assert.equal(refused.status, 415, path);
    assert.match(refused.text, /unsupported_media_type/);
  }
  const chunked = [
    'POST /api/v1/tokens HTTP/1.1',
    `Host: ${new URL(desk.origin).host}`,
    `Cookie: ${desk.ada.cookie}`,
    'Content-Type: application/json',
    'Transfer-Encoding: gzip, chunked',
    'Connection: close',
  ];
  const { status } = await sendRaw(desk.origin, `${chunked.join('\r\n')}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
  assert.equal(status, 415);
});

test('`Allow` names HEAD where it works, and names nothing that does not', async () => {
  await using desk = await openDesk();
  for (const path of [
    '/api/v1/me',
    '/api/v1/tokens',
    '/.well-known/jwks.json',
    '/login',
    '/cli/version',
    '/api/v1/auth/oidc/callback',
    '/oauth/token',
    '/trpc/sessions.me',
  ]) {
    const { status, headers } = await desk.ada.send(`PUT ${path}`);
    assert.equal(status, 405, path);
    const allowed = headers.get('allow')?.split(', ') ?? [];
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await desk.send(`${method} ${path}`);
      assert.equal(answer.status !== 405, allowed.includes(method), `${method} ${path}`);
    }
  }
});

test('what a client says of itself is kept as the text that it is, on one line, and whole at its end', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const kept = async (agent: string, encoding: BufferEncoding = 'utf8') => {
    const bytes = Buffer.from(agent, encoding).toString('latin1');
    const lines = [
      'GET /api/v1/me HTTP/1.1',
      `Host: ${new URL(desk.origin).host}`,
      `Authorization: Bearer ${token}`,
      `User-Agent: ${bytes}`,
    ];
    assert.equal((await sendLines(desk, lines)).status, 200);
    await desk.settle();
    return (await desk.ada.send(`GET /api/v1/tokens/${credential.id}`)).body['lastUsedAgent'];
  };
  assert.equal(await kept('Bäckerei 🥐/1.0'), 'Bäckerei 🥐/1.0');
  assert.equal(await kept('Bäckerei/1.0', 'latin1'), 'Bäckerei/1.0');
  assert.equal(await kept('a\u202eb\u2028c\u0085d'), 'a b c d');
  assert.equal(await kept(`${'x'.repeat(255)}🥐`), 'x'.repeat(255));
  assert.equal(await kept(`${'x'.repeat(254)}🥐`), `${'x'.repeat(254)}🥐`);
});

test('headers of 15 kB of any kind cost no more than a few of them', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_TRUSTED_PROXIES: '127.0.0.1' } });
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const fill = (text: string, length = 14_000) => text.repeat(Math.floor(length / text.length));
  const large: Record<string, string>[] = [
    { 'X-Forwarded-For': fill('1.2.3.4:5, ') },
    { 'X-Forwarded-For': fill('127.0.0.1,') },
    { 'X-Forwarded-For': fill(',') },
    { Forwarded: fill('for="[::1]:1", ') },
    { Cookie: fill('a=b; ') },
    { Cookie: fill('keyward_session=; ') },
    { Cookie: `keyward_session=${fill('x')}` },
    { 'User-Agent': fill('\u0085') },
    { 'User-Agent': fill('kw_pat_') },
    { Authorization: `Bearer${fill(' ')}x` },
    { Authorization: `Bearer ${fill('kw_pat_')}` },
    { Origin: fill('http://a') },
    { Host: fill('a.') },
    { Accept: fill('text/html,') },
    { 'X-Forwarded-Host': fill('a.') },
  ];
  const millisecondsOf = async (path: string, headers: Record<string, string>) => {
    const { user } = process.cpuUsage();
    for (let n = 0; n < 10; n++)
      await sendLines(desk, [
        `GET ${path} HTTP/1.1`,
        ...(headers['Host'] ? [] : ['Host: localhost']),
        ...(headers['Authorization'] ? [] : [`Authorization: Bearer ${token}`]),
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ]);
    return (process.cpuUsage().user - user) / 10_000;
  };
  await millisecondsOf('/api/v1/me', {});
  const usual = await millisecondsOf('/api/v1/me', {});
  // Other threads of the process are counted too: what is dear is dear every time.
  const assertCheap = async (path: string, headers: Record<string, string> = {}) => {
    let least = Infinity;
    for (let again = 0; again < 10 && least > usual + 5; again++)
      least = Math.min(least, await millisecondsOf(path, headers));
    const what = Object.entries(headers)[0]?.join(': ') ?? path;
    assert.ok(least <= usual + 5, `${what.slice(0, 40)}: ${least} ms, ${usual}`);
  };
  for (const path of ['/api/v1/me', '/api/v1/auth/forward'])
    for (const headers of large) await assertCheap(path, headers);
  for (const path of [`/${fill('%2541', 12_000)}`, `/x?${fill('a&', 12_000)}`, `/${fill('%25', 8_000)}`])
    await assertCheap(path);
});
