import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { textOf } from '#server/testing/caller.ts';
import { openCommandLine, type CommandLine } from '#server/testing/command-line.ts';
import { openDesk } from '#server/testing/desk.ts';
import { expect, goodPassword } from '#server/testing/person.ts';

const desk = await openDesk();
after(() => desk[Symbol.asyncDispose]());
const { ada, origin } = desk;

const login = (line: CommandLine, ...more: string[]) =>
  line.run(['auth', 'login', '--server', origin, '--password', '--email', ada.email, ...more], {
    stdin: goodPassword,
  });
const tokenIn = (line: CommandLine, profile = 'default') =>
  textOf(line.config()['profiles']?.[profile]?.['token']);
const isGood = async (token: string) => (await desk.send('GET /api/v1/me', { token })).status === 200;

test('signing in by password keeps a token of 90 days for one’s own eyes, and signing out revokes it', async () => {
  using line = openCommandLine();
  const signedIn = await login(line);
  assert.equal(signedIn.code, 0, signedIn.stderr);
  assert.match(signedIn.stderr, /Signed in to .* as Ada Lovelace <ada@example.com>/);
  assert.equal(statSync(line.configFile).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(line.configFile)).mode & 0o777, 0o700);
  const whoami = await line.run('auth whoami');
  assert.match(
    whoami.stdout,
    /Ada Lovelace <ada@example.com>[^]*admin[^]*valid until \d{4}-\d\d-\d\d \(\d+ days\)/,
  );
  assert.equal(textOf((await line.run('auth whoami --json')).json['server']), origin);
  const token = tokenIn(line);
  assert.equal((await line.run('auth logout')).code, 0);
  assert.equal(await isGood(token), false);
  assert.equal((await line.run('auth whoami')).code, 4);
  assert.ok(!line.seen().includes(token) && !line.seen().includes(goodPassword));
});

test('signing in anew ends the token that was there, and only that one', async () => {
  using line = openCommandLine();
  await login(line);
  const first = tokenIn(line);
  assert.equal((await login(line)).code, 0);
  assert.deepEqual([await isGood(first), await isGood(tokenIn(line))], [false, true]);
});

test('a wrong password is a plain no, and an account without one is told its way', async () => {
  using line = openCommandLine();
  const refused = await line.run(`auth login --server ${origin} --password --email ada@example.com`, {
    stdin: 'wrong',
  });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^error: .*password is wrong.* \(login_failed\)\n/);
  assert.ok(!refused.stderr.includes('wrong\n') || refused.stdout === '');
});

test('a device that a person confirms is signed in, and waits as long as it is told to', async () => {
  // Five seconds, which the server asks every device to wait.
  using line = openCommandLine();
  const approved: Promise<unknown>[] = [];
  const run = await line.run(`auth login --server ${origin}`, {
    onOutput(said) {
      const code = /#([A-Z]{4}-[A-Z]{4})/.exec(said)?.[1];
      if (code && approved.length === 0)
        approved.push(
          ada
            .send('POST /trpc/device.approve', { body: { userCode: code } })
            .then((answer) => expect(200, answer)),
        );
    },
  });
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr, /Open this page in a browser[^]*\/device#[A-Z]{4}-[A-Z]{4}[^]*Signed in/);
  assert.ok(await isGood(tokenIn(line)));
  assert.ok(!line.seen().includes(tokenIn(line)));
});

test('a token that is brought along is asked about first; a bad one leaves what was there', async () => {
  using line = openCommandLine();
  const { token, credential } = await ada.createToken({ name: 'brought' });
  const kept = await line.run(`auth import-token --server ${origin} --role admin`, { stdin: `${token}\n` });
  assert.equal(kept.code, 0, kept.stderr);
  const before = readFileSync(line.configFile, 'utf8');
  const { token: ended, credential: endedOne } = await ada.createToken({ name: 'ended' });
  await ada.revokeToken(endedOne.id);
  const refused = await line.run(`auth import-token --server ${origin}`, { stdin: ended });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /token_revoked/);
  assert.equal(
    (await line.run(`auth import-token --server ${origin} --role viewer`, { stdin: token })).code,
    1,
  );
  assert.equal(
    (await line.run(`auth import-token --server ${origin} --skip-verify`, { stdin: ended })).code,
    2,
  );
  assert.equal(readFileSync(line.configFile, 'utf8'), before);
  assert.equal((await line.run('auth logout')).code, 0);
  assert.ok(await isGood(token), 'signing out does not revoke what was brought along');
  const unseen = await line.run(
    `auth import-token --server https://not.there.invalid --skip-verify --email x@y.example --role member`,
    { stdin: token },
  );
  assert.equal(unseen.code, 0, unseen.stderr);
  assert.ok(!line.seen().includes(token) && !line.seen().includes(ended));
  await ada.revokeToken(credential.id);
});

test('each exit code says what happened', async () => {
  const { token, credential } = await ada.createToken({ name: 'codes', permissions: ['profile:read'] });
  using line = openCommandLine({ KEYWARD_SERVER: origin });
  const code = async (args: string, env = {}) => (await line.run(args, { env })).code;
  const holder = { KEYWARD_TOKEN: token };
  const gone = { ...holder, KEYWARD_SERVER: 'http://127.0.0.1:9' };
  assert.equal(await code('auth whoami', holder), 0);
  assert.equal(await code('token list', holder), 1);
  assert.equal(await code('auth whoam', holder), 2);
  assert.equal(await code('auth whoami --nonsense', holder), 2);
  assert.equal(await code('auth', holder), 2);
  assert.equal(await code('auth whoami', gone), 3);
  assert.equal(await code('auth whoami'), 4);
  await ada.revokeToken(credential.id);
  const ended = await line.run('auth whoami --debug', { env: holder });
  assert.equal(ended.code, 4);
  assert.match(ended.stderr, /request [\da-f-]{36}[^]*error: .*\(token_revoked\)\nhint: .*KEYWARD_TOKEN/);
  assert.ok(!line.seen().includes(token));
});

test('an empty or missing KEYWARD_TOKEN is called that, and so is an empty KEYWARD_SERVER', async () => {
  using line = openCommandLine();
  const said = async (env: Record<string, string>) => {
    const run = await line.run('auth whoami', { env });
    return [run.code, run.stderr.trim()];
  };
  const set = 'hint: Set KEYWARD_TOKEN to a token, or unset it.';
  for (const empty of ['', ' '])
    assert.deepEqual(await said({ KEYWARD_SERVER: origin, KEYWARD_TOKEN: empty }), [
      4,
      `error: KEYWARD_TOKEN is empty.\n${set}`,
    ]);
  assert.match(
    String((await said({ KEYWARD_SERVER: origin }))[1]),
    /not signed in to .*\nhint: Set KEYWARD_TOKEN\./,
  );
  assert.match(
    String((await said({ KEYWARD_SERVER: '', KEYWARD_TOKEN: 'kw_pat_x' }))[1]),
    /^error: KEYWARD_SERVER is empty\.\nhint: Name it/,
  );
});

test('with --json an error is one line of JSON, whether the server or the program says it', async () => {
  using line = openCommandLine({ KEYWARD_SERVER: origin, KEYWARD_TOKEN: 'kw_pat_none' });
  const errorOf = async (args: string) => {
    const run = await line.run(args);
    assert.equal(run.stdout, '');
    const { code, requestId, exitCode } = JSON.parse(run.stderr) as Record<string, unknown>;
    assert.equal(exitCode, run.code);
    return [code, typeof requestId];
  };
  assert.deepEqual(await errorOf('auth whoami --json'), ['token_invalid', 'string']);
  assert.deepEqual(await errorOf('--json token lis'), ['usage', 'object']);
  assert.deepEqual(await errorOf('token list --json --status nonsense'), ['usage', 'object']);
  assert.deepEqual(await errorOf('auth whoami --json --server http://127.0.0.1:9'), [
    'ECONNREFUSED',
    'object',
  ]);
});

test('a server that does not answer is given up after --timeout, and one that cannot be reached after ten seconds', async () => {
  const silent = createTcpServer((socket) => void socket.on('error', () => {}));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  using line = openCommandLine({ KEYWARD_TOKEN: 'kw_pat_none' });
  const tryFor = async (args: string) => {
    const began = performance.now();
    const run = await line.run(`auth whoami ${args}`);
    assert.equal(run.code, 3, run.stderr);
    assert.match(run.stderr, /does not answer/);
    return (performance.now() - began) / 1_000;
  };
  const [told, usual] = await Promise.all([
    tryFor(`--server http://127.0.0.1:${port} --timeout 1`),
    tryFor(`--server https://127.0.0.1:${port}`),
  ]);
  assert.ok(told < 8, `${told} s`);
  assert.ok(usual >= 10 && usual < 25, `${usual} s`);
  silent.close();
});

test('a token goes to the server it is of, and to no other: not by name, not by a redirect', async () => {
  const asked: string[] = [];
  const other = createServer((req, res) => {
    asked.push(req.headers.authorization ?? 'nobody');
    res.writeHead(307, { Location: `${origin}/api/v1/me` }).end();
  }).listen(0);
  using line = openCommandLine();
  try {
    await login(line);
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    assert.equal((await line.run(`auth whoami --server ${elsewhere}`)).code, 4);
    assert.deepEqual(asked, []);
    const sentOn = await line.run(`auth whoami --server ${elsewhere}`, {
      env: { KEYWARD_TOKEN: tokenIn(line) },
    });
    assert.equal(sentOn.code, 3);
    assert.match(sentOn.stderr, /sends you on to .*, which is not followed/);
    assert.equal(asked.length, 1);
  } finally {
    other.close();
  }
});

test('an argument that holds a token is refused, and not repeated', async () => {
  using line = openCommandLine({ KEYWARD_SERVER: origin });
  const { token } = await ada.createToken({ name: 'argument' });
  const run = await line.run(['token', 'show', token]);
  assert.equal(run.code, 2);
  assert.match(run.stderr, /Consider it leaked/);
  assert.ok(!run.stderr.includes(token));
});

test('a configuration that others could read is put right and told, a broken one is refused', async () => {
  using line = openCommandLine();
  await login(line);
  chmodSync(line.configFile, 0o644);
  const run = await line.run('auth whoami');
  assert.equal(run.code, 0);
  assert.match(run.stderr, /config\.json was open to other users \(mode 0644\); it is 0600 now/);
  assert.equal(statSync(line.configFile).mode & 0o777, 0o600);
  writeFileSync(line.configFile, '{"profiles":{"__proto__":1}}');
  assert.equal((await line.run('auth whoami')).code, 1);
});

test('a configuration that an editor saved with a byte order mark is read as it is', async () => {
  using line = openCommandLine();
  await login(line);
  const text = readFileSync(line.configFile, 'utf8');
  for (const saved of [`\uFEFF${text}`, Buffer.from(`\uFEFF${text}`, 'utf16le')]) {
    writeFileSync(line.configFile, saved);
    assert.equal((await line.run('auth whoami')).code, 0);
  }
});

test('profiles stand side by side, and none is written over by signing in elsewhere', async () => {
  using line = openCommandLine();
  mkdirSync(path.dirname(line.configFile), { recursive: true, mode: 0o700 });
  const other = { server: 'https://other.example', token: 'kw_pat_other' };
  writeFileSync(line.configFile, JSON.stringify({ current: 'default', profiles: { default: other } }), {
    mode: 0o600,
  });
  assert.equal((await login(line)).code, 0);
  const name = new URL(origin).host.replace(':', '-');
  assert.equal(textOf(line.config()['current']), name);
  assert.deepEqual(line.config()['profiles']?.['default'], other);
  assert.equal((await line.run('profile use default')).code, 0);
  assert.match((await line.run('profile list')).stdout, /\* default +https:\/\/other\.example/);
  const status = await line.run(`auth status --profile ${name} --json`);
  assert.equal(status.code, 0, status.stderr);
  assert.equal((await line.run(`profile remove ${name}`)).code, 0);
  assert.equal((await line.run('profile use nobody')).code, 2);
  assert.ok(!line.seen().includes('kw_pat_other'));
});
