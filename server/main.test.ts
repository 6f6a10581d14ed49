import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createCaller, type Caller } from '#server/testing/caller.ts';
import { createDatabase } from '#server/testing/database.ts';
import { openFaultProxy } from '#server/testing/fault-proxy.ts';
import { goodPassword, setUpAda, signIn, toPerson } from '#server/testing/person.ts';
import {
  dataFolder,
  ownDatabase,
  runServer,
  spawnServer,
  startServer,
  urlOf,
  type ServerProcess,
} from '#server/testing/process.ts';
import { freePort } from '#server/testing/program.ts';

const setUp = (server: ServerProcess) => setUpAda(server, server.setupCode);

/** Tries until it fits. The test's own limit is its patience. */
async function until<T>(attempt: () => Promise<T>, fits: (result: T) => boolean): Promise<T> {
  for (;;) {
    const result = await attempt();
    if (fits(result)) return result;
    await sleep(50);
  }
}

const status = async (server: Caller, token: string) =>
  (await server.send('GET /api/v1/me', { token })).status;

test('what was answered survives kill -9, and the next server takes the database over', async () => {
  await using folder = await dataFolder();
  const first = await startServer(folder.settings);
  const ada = await setUp(first);
  const { token } = await ada.createToken({ name: 'laptop' });
  const revoked = await ada.createToken({ name: 'old' });
  await ada.revokeToken(revoked.credential.id);
  await first.stop('SIGKILL');

  await using second = await startServer(folder.settings);
  assert.equal(second.setupCode, undefined, 'there is an admin already');
  assert.equal(await status(second, token), 200);
  assert.equal(await status(second, revoked.token), 401);
  const again = toPerson(second, ada, goodPassword, ada.cookie);
  assert.equal((await again.send('GET /api/v1/me')).status, 200, 'the session too');
});

test('a second server on the same folder says so and goes', async () => {
  await using folder = await dataFolder();
  await using first = await startServer(folder.settings);
  const second = await runServer(folder.settings);
  assert.equal(second.exitCode, 1);
  assert.match(second.printed, new RegExp(`pid ${first.child.pid}\\b.*KEYWARD_DATA`, 's'));
  assert.equal((await first.send('GET /readyz')).status, 200);
});

test('asked to stop, a server finishes what runs, writes what waits and exits with 0', async () => {
  await using database = await ownDatabase();
  const server = await startServer(database.settings);
  const ada = await setUp(server);
  const { token, credential } = await ada.createToken({ name: 'laptop' });
  assert.equal(await status(server, token), 200);

  const body = JSON.stringify({ name: 'slow' });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length, Cookie: ada.cookie };
  const slow = request(`${server.origin}/api/v1/tokens`, { method: 'POST', headers });
  slow.write(body.slice(0, 5));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const stopped = server.stop('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 200));
  await assert.rejects(server.send('GET /healthz'), 'takes no more');
  slow.end(body.slice(5));
  const [response] = (await once(slow, 'response')) as [{ statusCode: number }];
  assert.equal(response.statusCode, 201);
  assert.equal(await stopped, 0);

  const client = new pg.Client(database.settings.DATABASE_URL);
  await client.connect();
  const { rows } = await client.query('select use_count from credential_last_use where credential_id = $1', [
    credential.id,
  ]);
  await client.end();
  assert.deepEqual(rows, [{ use_count: '1' }]);
});

test('asked to stop while it starts, a server leaves no PostgreSQL behind and exits with 0', async () => {
  await using folder = await dataFolder();
  const pidFile = join(folder.settings.KEYWARD_DATA, 'postgres', 'cluster', 'postmaster.pid');
  const moments: ((printed: string) => boolean)[] = [
    () => existsSync(pidFile),
    (printed) => printed.includes('database migrated'),
  ];
  for (const isTime of moments) {
    const { child, ended, printed } = spawnServer({ ...folder.settings, KEYWARD_LOG_LEVEL: 'info' });
    await until(() => Promise.resolve(isTime(printed())), Boolean);
    child.kill('SIGTERM');
    assert.equal(await ended, 0, printed());
    // The log may tell what it lost.
    assert.match(printed(), /Stopping …\n(\{.*\n)*Stopped\.\n$/);
    assert.ok(!existsSync(pidFile));
  }
});

test('told beforehand that a server leaves, nobody’s request is lost: it is unready, and answers all the same', async () => {
  await using database = await ownDatabase();
  const server = await startServer({ ...database.settings, KEYWARD_DRAIN_SECONDS: '1' });
  assert.equal((await server.send('GET /readyz')).status, 200);
  const stopped = server.stop('SIGTERM');
  const leaving = await until(
    () => server.send('GET /readyz'),
    ({ status }) => status === 503,
  );
  assert.equal(leaving.body['checks']?.['staying'], false);
  const answer = await server.send('GET /api/v1/me');
  assert.equal(answer.status, 401);
  assert.equal(answer.headers.get('connection'), 'close');
  assert.equal(await stopped, 0);
});

test('without its database a server waits, says so to whoever asks, and serves once it is there', async () => {
  await using database = await createDatabase();
  const { host, port: at } = database.address;
  await using proxy = await openFaultProxy(`${host}/.s.PGSQL.${at}`);
  await proxy.refuse();
  const port = await freePort();
  const DATABASE_URL = urlOf({ ...database.address, host: '127.0.0.1', port: proxy.port });
  const starting = startServer({ DATABASE_URL, PORT: String(port) });
  const early = createCaller(`http://127.0.0.1:${port}`);
  const health = await until(
    () => early.send('GET /healthz').catch(() => undefined),
    (answer) => answer !== undefined,
  );
  assert.equal(health?.status, 200);
  for (const path of ['/readyz', '/readyz?x']) {
    const { status, body } = await early.send(`GET ${path}`);
    assert.deepEqual([status, body['status']], [503, 'unavailable'], path);
  }
  const refused = await early.send('POST /api/v1/tokens', { body: { name: 'x' } });
  assert.equal(refused.problem?.code, 'unavailable');
  assert.equal(refused.headers.get('x-content-type-options'), 'nosniff');
  await proxy.mend();
  await using server = await starting;
  assert.match(
    server.printed(),
    /^The database cannot be used: .*ECONNREFUSED.*DATABASE_URL.*Waiting for it/,
  );
  assert.equal((await early.send('GET /readyz')).status, 200);
});

test('a server that people reach by another address says where it listens too, and only then', async () => {
  await using database = await ownDatabase();
  const lines: string[] = [];
  const port = await freePort();
  for (const own of [
    {},
    { KEYWARD_URL: `http://localhost:${port}` },
    { KEYWARD_URL: 'http://desk.example' },
    { HOST: '0.0.0.0' },
  ]) {
    await using server = await startServer({ ...database.settings, PORT: String(port), ...own });
    lines.push(/^Keyward is ready.*$/m.exec(server.printed())?.[0] ?? server.printed());
  }
  const here = `Keyward is ready at http://localhost:${port}`;
  assert.deepEqual(lines, [
    here,
    here,
    `Keyward is ready at http://desk.example (it listens on 127.0.0.1:${port})`,
    `${here} (it listens on 0.0.0.0:${port})`,
  ]);
});

test('a server whose starter has gone stops by itself', async () => {
  await using database = await ownDatabase();
  await using server = await startServer(database.settings);
  const ended = once(server.child, 'exit');
  server.child.disconnect();
  assert.equal((await ended)[0], 0);
});

test('two servers can share one database', async () => {
  await using database = await ownDatabase();
  const servers = await Promise.all([startServer(database.settings), startServer(database.settings)]);
  await using one = servers[0];
  await using other = servers[1];
  const ada = await setUp([one, other].find((server) => server.setupCode) ?? one).catch(() => setUp(other));
  const { token, credential } = await ada.createToken({ name: 'laptop' });
  assert.deepEqual([await status(one, token), await status(other, token)], [200, 200]);
  await ada.revokeToken(credential.id);
  assert.deepEqual([await status(one, token), await status(other, token)], [401, 401]);
});

test('the first admin can come from the environment', async () => {
  await using database = await ownDatabase();
  const admin = { KEYWARD_ADMIN_EMAIL: 'ops@example.com', KEYWARD_ADMIN_PASSWORD: goodPassword };
  await using server = await startServer({ ...database.settings, ...admin });
  assert.equal(server.setupCode, undefined);
  assert.equal((await signIn(server, 'ops@example.com', goodPassword)).role, 'admin');
  assert.doesNotMatch(server.printed(), /lanterns/);
});

const badStarts: [what: string, settings: Record<string, string>, says: RegExp][] = [
  ['a bad value', { PORT: 'x' }, /^PORT: "x" will not do\. Legal: .*\n$/],
  ['an unknown setting', { KEYWARD_PROT: '1' }, /^KEYWARD_PROT: there is no such setting.*\n$/],
  [
    'a short password',
    { KEYWARD_ADMIN_EMAIL: 'a@example.com', KEYWARD_ADMIN_PASSWORD: 'x' },
    /^KEYWARD_ADMIN_PASSWORD: its value \(not shown\).*\n$/,
  ],
  [
    'a database’s address that is none',
    { DATABASE_URL: 'postgres://a:b@c:99999/d' },
    /^The database cannot be used: .*\n$/,
  ],
];
for (const [what, settings, says] of badStarts) {
  test(`${what} stops the start with one line`, async () => {
    const { exitCode, printed } = await runServer(settings);
    assert.equal(exitCode, 1);
    assert.match(printed, says);
  });
}

test('a common password in the environment stops the start with one line', async () => {
  await using database = await ownDatabase();
  const admin = { KEYWARD_ADMIN_EMAIL: 'ops@example.com', KEYWARD_ADMIN_PASSWORD: 'password123' };
  const { exitCode, printed } = await runServer({ ...database.settings, ...admin });
  assert.equal(exitCode, 1);
  assert.match(printed, /^KEYWARD_ADMIN_PASSWORD: .*common.*\n$/);
});

test('without the key of what its database keeps sealed a server says so, starts not and makes none', async () => {
  await using folder = await dataFolder();
  await using database = await ownDatabase();
  const settings = { ...folder.settings, ...database.settings };
  {
    await using server = await startServer({ ...settings, KEYWARD_MASTER_KEY: '5e'.repeat(32) });
    const { cookie } = await setUp(server);
    const text =
      'grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=urn:keyward:token-type:session';
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: server.origin };
    assert.equal((await server.send('POST /oauth/token', { cookie, text, headers })).status, 200);
  }
  const missing = await runServer(settings);
  assert.equal(missing.exitCode, 1);
  assert.match(
    missing.printed,
    /^KEYWARD_MASTER_KEY: this database holds keys that were sealed .+ put the file back\.$/m,
  );
  assert.ok(!existsSync(join(folder.settings.KEYWARD_DATA, 'master.key')));
  const other = await runServer({ ...settings, KEYWARD_MASTER_KEY: 'a1'.repeat(32) });
  assert.equal(other.exitCode, 1);
  assert.match(other.printed, /^KEYWARD_MASTER_KEY: .+ sealed under another one\. Set it to that one\.$/m);
});

for (const name of ['audit-key.pem', 'master.key']) {
  test(`a damaged ${name} stops the start with one line that names it`, async () => {
    await using folder = await dataFolder();
    const file = join(folder.settings.KEYWARD_DATA, name);
    await writeFile(file, 'junk');
    const { exitCode, printed } = await runServer(folder.settings);
    assert.equal(exitCode, 1);
    assert.match(printed, /^\/.+ (holds no|does not hold a) .*key .+ Put back the copy of it.+\n$/);
    assert.ok(printed.startsWith(file), printed);
  });
}

test('a port that is taken, and an address that is another machine’s, are said so', async () => {
  await using database = await ownDatabase();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const { exitCode, printed } = await runServer({ ...database.settings, PORT: String(port) });
  taken.close();
  assert.equal(exitCode, 1);
  assert.match(printed, new RegExp(`listening on 127.0.0.1:${port} already.*set PORT to another`));
  const elsewhere = await runServer({ ...database.settings, HOST: '203.0.113.9' });
  assert.equal(elsewhere.exitCode, 1);
  assert.match(elsewhere.printed, /HOST: 203.0.113.9.* is no address of this machine/);
});

test('--help lists the settings and starts nothing', async () => {
  const { exitCode, printed } = await runServer({}, '--help');
  assert.equal(exitCode, 0);
  assert.match(printed, /KEYWARD_URL/);
});

test('an option that there is not is said so', async () => {
  const { exitCode, printed } = await runServer({}, '--nonsense');
  assert.equal(exitCode, 2);
  assert.match(printed, /--nonsense.*--help/);
});
