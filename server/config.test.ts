import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { configHelp, parseConfig } from '#server/config.ts';
import { settings } from '#server/settings.ts';

test('without any setting the server is on this machine only, with a database of its own', () => {
  const config = parseConfig({});
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.port, 3_000);
  assert.equal(config.url.href, 'http://localhost:3000/');
  assert.equal(config.databaseUrl, undefined);
  assert.equal(config.admin, undefined);
});

const legal: [Record<string, string>, (config: ReturnType<typeof parseConfig>) => unknown, unknown][] = [
  [{ PORT: '8080' }, (config) => config.url.href, 'http://localhost:8080/'],
  [{ KEYWARD_URL: 'https://desk.example' }, (config) => config.url.origin, 'https://desk.example'],
  [{ KEYWARD_TRUSTED_PROXIES: '2' }, (config) => config.trustedProxies, 2],
  [
    { KEYWARD_UPSTREAM_ALLOW: '10.0.0.0/8, 127.0.0.1:8080, fd00::/8, [fd00::/8]:8443' },
    (config) => config.upstreamAllow,
    [
      { range: '10.0.0.0/8', port: null },
      { range: '127.0.0.1', port: 8_080 },
      { range: 'fd00::/8', port: null },
      { range: 'fd00::/8', port: 8_443 },
    ],
  ],
  [{ KEYWARD_TRUSTED_PROXIES: '10.0.0.0/8, ::1' }, (config) => config.trustedProxies, ['10.0.0.0/8', '::1']],
  [{ DATABASE_URL: 'postgres://a:b@c/d' }, (config) => config.databaseUrl?.reveal(), 'postgres://a:b@c/d'],
  [{ PORT: '' }, (config) => config.port, 3_000],
  [{ HOME: '/anywhere' }, (config) => config.port, 3_000],
];
for (const [environment, read, expected] of legal) {
  test(`${JSON.stringify(environment)} is understood`, () =>
    assert.deepEqual(read(parseConfig(environment)), expected));
}

const illegal: [Record<string, string>, RegExp][] = [
  [{ PORT: 'http' }, /^PORT: "http" will not do\. Legal: a port/],
  [{ PORT: '65536' }, /^PORT: "65536"/],
  [{ KEYWARD_URL: 'desk.example' }, /^KEYWARD_URL: .*Legal: http/],
  [{ KEYWARD_URL: 'https://desk.example/path' }, /^KEYWARD_URL/],
  [{ KEYWARD_URL: 'ftp://desk.example' }, /^KEYWARD_URL/],
  [{ KEYWARD_UPSTREAM_ALLOW: 'localhost' }, /^KEYWARD_UPSTREAM_ALLOW/],
  [{ KEYWARD_UPSTREAM_ALLOW: '127.0.0.1:0' }, /^KEYWARD_UPSTREAM_ALLOW/],
  [{ KEYWARD_TRUSTED_PROXIES: 'everyone' }, /^KEYWARD_TRUSTED_PROXIES/],
  [{ KEYWARD_TRUSTED_PROXIES: '11' }, /^KEYWARD_TRUSTED_PROXIES/],
  [{ KEYWARD_ADMIN_EMAIL: 'ada@example.com' }, /go together/],
  [{ KEYWARD_PORT: '80' }, /^KEYWARD_PORT: there is no such setting/],
  [{ KEYWARD_LOG_LEVEL: 'loud' }, /^KEYWARD_LOG_LEVEL: "loud" .*debug, info/],
  [{ DATABASE_URL_FILE: '/nowhere/at/all' }, /^DATABASE_URL_FILE: .*cannot be read/],
  [{ DATABASE_URL: 'postgres://a/b?options=-c%20role%3Droot' }, /^DATABASE_URL: .*without `options`/],
  [{ DATABASE_URL: 'postgres://a', DATABASE_URL_FILE: 'x' }, /both set/],
];
for (const [environment, message] of illegal) {
  test(`${JSON.stringify(environment)} stops the start with a sentence`, () => {
    assert.throws(() => parseConfig(environment), { message });
  });
}

const addresses = [
  'postgres://ada@/desk?host=/run/postgresql',
  'postgresql://db.example',
  'postgres://[::1]:5433/desk',
  'postgres://ada:p%40s%23s%2Fw@db.example:5432/desk?sslmode=verify-full&channel_binding=require',
  'postgres://ada:p@ss:word@db.example/desk',
  'postgres://%2Frun%2Fpostgresql/desk',
];
for (const DATABASE_URL of addresses) {
  test(`${DATABASE_URL} is the address of a database`, () => {
    assert.equal(parseConfig({ DATABASE_URL }).databaseUrl?.reveal(), DATABASE_URL);
  });
}

test('a password that was encoded is taken in every address', () => {
  const password = 'p%40s%23s%2Fw';
  const config = parseConfig({
    REDIS_URL: `rediss://:${password}@[::1]:6379/0`,
    KEYWARD_SMTP_URL: `smtp://ada%40example.com:${password}@mail.example:587`,
  });
  assert.equal(config.redisUrl?.reveal(), `rediss://:${password}@[::1]:6379/0`);
  assert.equal(config.mail?.smtpUrl.reveal(), `smtp://ada%40example.com:${password}@mail.example:587`);
});

for (const password of ['p@s#s/w', 'p#x', '12/w', 'p?x', '1?x=y', '50%off', 'a b', '%ff']) {
  test(`a password that was not encoded, ${password}, stops the start with a sentence that shows nothing`, () => {
    for (const [name, address] of [
      ['DATABASE_URL', `postgres://ada:${password}@db.example:5432/desk`],
      ['KEYWARD_DATABASE_OWNER_URL', `postgres://ada:${password}@db.example:5432/desk`],
      ['REDIS_URL', `redis://ada:${password}@redis.example:6379/0`],
      ['KEYWARD_SMTP_URL', `smtps://ada:${password}@mail.example`],
    ] as const)
      assert.throws(() => parseConfig({ [name]: address }), {
        message: new RegExp(
          `^${name}: its value \\(not shown\\) will not do\\. Legal: .+percent-encoded\\.$`,
        ),
      });
  });
}

test('a secret that will not do is not shown', () => {
  assert.throws(
    () => parseConfig({ DATABASE_URL: 'mysql://root:hunter2@db' }),
    (error: Error) =>
      error.message.startsWith('DATABASE_URL: its value (not shown)') && !error.message.includes('hunter2'),
  );
});

test('a secret can be given by a file, and does not print', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'keyward-')), 'password');
  await writeFile(file, 'seven lanterns over the bay\n');
  const config = parseConfig({ KEYWARD_ADMIN_EMAIL: 'ada@example.com', KEYWARD_ADMIN_PASSWORD_FILE: file });
  assert.equal(config.admin?.password?.reveal(), 'seven lanterns over the bay');
  assert.doesNotMatch(inspect(config, { depth: 5 }), /lanterns/);
});

const issuer = {
  KEYWARD_OIDC_ISSUER: 'https://issuer.example',
  KEYWARD_OIDC_CLIENT_ID: 'keyward',
  KEYWARD_OIDC_CLIENT_SECRET: 'none',
};
const mail = { KEYWARD_SMTP_URL: 'smtp://127.0.0.1' };
const off = { KEYWARD_PASSWORDS: 'off' };

test('passwords can be turned off where there is another way to sign in, and only there', () => {
  assert.deepEqual(parseConfig({}).ways, { password: true, magic: false, oidc: false });
  assert.deepEqual(parseConfig({ ...off, ...issuer }).ways, { password: false, magic: false, oidc: true });
  assert.deepEqual(parseConfig({ ...off, ...mail }).ways, { password: false, magic: true, oidc: false });
  for (const settings of [off, { ...off, ...mail, KEYWARD_MAGIC_LINKS: 'off' }])
    assert.throws(
      () => parseConfig(settings),
      /KEYWARD_PASSWORDS is off and there is no other way to sign in/,
    );
});

test('mailed links can be turned off beside a mail server', () => {
  assert.deepEqual(parseConfig({ ...mail, KEYWARD_MAGIC_LINKS: 'off' }).ways.magic, false);
  assert.notEqual(parseConfig({ ...mail, KEYWARD_MAGIC_LINKS: 'off' }).mail, null);
});

test('where passwords are off the first admin is named by an address alone', () => {
  const email = { KEYWARD_ADMIN_EMAIL: 'ada@example.com' };
  assert.deepEqual(parseConfig({ ...off, ...issuer, ...email }).admin, {
    email: 'ada@example.com',
    password: null,
  });
  const password = { KEYWARD_ADMIN_PASSWORD: 'seven lanterns over the bay' };
  assert.throws(
    () => parseConfig({ ...off, ...issuer, ...email, ...password }),
    /^Error: KEYWARD_ADMIN_PASSWORD: passwords are off/,
  );
  assert.throws(() => parseConfig(email), /go together/);
});

test('the help explains every setting', () => {
  const help = configHelp();
  for (const name of Object.keys(settings)) assert.ok(help.includes(name), name);
});
