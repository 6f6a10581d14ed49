import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#server/testing/caller.ts';
import { template } from '#server/testing/cluster.ts';
import { codeOf, goodPassword, signIn } from '#server/testing/person.ts';
import { dataFolder, ownDatabase, startServer } from '#server/testing/process.ts';
import { runScript } from '#server/testing/run-script.ts';

const other = 'nine harbours under snow';
const ada = ['--email', 'ada@example.com'];
const createAda = ['create-admin', ...ada];
const resetAda = ['reset-password', ...ada];

const admin = (settings: Record<string, string>, args: string[], typed?: string) =>
  runScript('admin.ts', settings, args, typed);

/** A database that nobody has used yet, as its operator names it. `copied`: what it begins as. */
async function openPlace(copied = template) {
  const opened = new AsyncDisposableStack();
  const folder = opened.use(await dataFolder());
  const database = opened.use(await ownDatabase(copied));
  const settings = { ...folder.settings, ...database.settings };
  return { settings, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const login = (server: Caller, password: string) =>
  server.send('POST /api/v1/auth/login', { body: { email: 'ada@example.com', password } });

test('an admin is made by a typed password before the server ever ran, and signs in', async () => {
  await using place = await openPlace('template0');
  const made = await admin(place.settings, [...createAda, '--name', 'Ada Lovelace'], `${goodPassword}\n`);
  assert.deepEqual(made, { exitCode: 0, out: '', told: 'ada@example.com is an admin now.\n' });
  const twice = await admin(place.settings, createAda, `${goodPassword}\n`);
  assert.deepEqual(twice, { exitCode: 1, out: '', told: 'Somebody already has this e-mail address.\n' });

  await using server = await startServer(place.settings);
  assert.equal(server.setupCode, undefined, 'there is an admin already');
  const me = await (await signIn(server, 'ada@example.com', goodPassword)).send('GET /api/v1/me');
  assert.equal(me.body['user']?.['name'], 'Ada Lovelace');
  assert.equal(me.body['user']?.['role'], 'admin');
});

test('a reset while the server runs signs the person out everywhere and gives a new password', async () => {
  await using place = await openPlace();
  await admin(place.settings, createAda, goodPassword);
  await using server = await startServer(place.settings);
  const before = await signIn(server, 'ada@example.com', goodPassword);
  const reset = await admin(place.settings, resetAda, `${other}\n`);
  assert.deepEqual(reset, { exitCode: 0, out: '', told: 'ada@example.com has been reset.\n' });
  assert.equal((await before.send('GET /api/v1/me')).status, 401);
  assert.equal((await login(server, goodPassword)).status, 401);
  const after = await signIn(server, 'ada@example.com', other);
  const log = await after.send('GET /api/v1/audit?action=user.set_password');
  assert.match(log.text, /"label":"operator"/);
  assert.doesNotMatch(log.text, /harbours/);
});

test('with --link nothing is typed: the link alone goes to a pipe, and works once', async () => {
  await using place = await openPlace();
  await admin(place.settings, createAda, goodPassword);
  const { exitCode, out, told } = await admin(place.settings, [...resetAda, '--link']);
  assert.equal(exitCode, 0);
  assert.match(out, /^http:\/\/localhost:\d+\/reset#code=[0-9A-Za-z]{32}\n$/);
  assert.match(told, /^ada@example\.com has been reset\. By this link they choose their password:\n/);
  assert.match(told, /PORT says \(\d+\)\. Where the server has another, .*KEYWARD_URL/);
  const url = { ...place.settings, KEYWARD_URL: 'https://desk.example.com' };
  const invited = await admin(url, ['create-admin', '--email', 'bob@example.com', '--link']);
  assert.match(invited.out, /^https:\/\/desk\.example\.com\/reset#code=/);
  assert.doesNotMatch(invited.told, /PORT/);

  await using server = await startServer(place.settings);
  const body = { code: codeOf(out), password: other };
  assert.equal((await server.send('POST /trpc/users.completeReset', { body })).status, 200);
  assert.equal((await server.send('POST /trpc/users.completeReset', { body })).status, 400);
  await signIn(server, 'ada@example.com', other);
});

test('what is asked for wrongly is told with the usage, exit code 2, and touches nothing', async () => {
  const wrong: [string[], RegExp, typed?: string][] = [
    [[], /^Say create-admin, reset-password or invite\./],
    [['create-admin', '--email', 'ada'], /^--email: This is not /],
    [[...createAda, '--name', ' '], /^--name: /],
    [[...createAda, 'more'], /^Say create-admin, reset-password or invite\./],
    [createAda, /^The password: /, 'short\n'],
    [createAda, /^The password: /],
    [[...createAda, '--password=hunter two hunter'], /^Unknown option '--password'/],
  ];
  // No such database: it is refused before one is looked for.
  const nowhere = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
  const outcomes = await Promise.all(wrong.map(([args, , typed]) => admin(nowhere, args, typed)));
  for (const [at, [args, expected]] of wrong.entries()) {
    const { exitCode, out, told = '' } = outcomes[at] ?? {};
    assert.equal(exitCode, 2, `${args.join(' ')}: ${told}`);
    assert.equal(out, '');
    assert.match(told, expected);
    assert.match(told, /Usage: npm run admin/);
    assert.doesNotMatch(told, /hunter two/);
  }
});

test('what is refused, and a database that is not there, are one plain line and exit code 1', async () => {
  await using place = await openPlace();
  const common = await admin(place.settings, createAda, 'password123\n');
  assert.equal(common.exitCode, 1);
  assert.match(common.told, /^[^\n]+\n$/);
  assert.doesNotMatch(common.told, /password123/);
  const nobody = await admin(place.settings, resetAda, `${other}\n`);
  assert.deepEqual(nobody, { exitCode: 1, out: '', told: 'Nobody has this e-mail address.\n' });

  const gone = { DATABASE_URL: 'postgres://nobody:very-secret@127.0.0.1:1/none' };
  const unreachable = await admin(gone, createAda, `${goodPassword}\n`);
  assert.equal(unreachable.exitCode, 1);
  assert.match(unreachable.told, /^[^\n]+\n$/);
  assert.doesNotMatch(unreachable.told, /very-secret|lanterns|\bat \//);
});

test('help goes to a pipe, exit code 0', async () => {
  const { exitCode, out, told } = await admin({}, ['--help']);
  assert.deepEqual([exitCode, told], [0, '']);
  assert.match(out, /^Usage: npm run admin/);
});

test('where passwords are off a reset says so, and a link to sign in is made instead', async () => {
  await using place = await openPlace();
  const settings = {
    ...place.settings,
    KEYWARD_PASSWORDS: 'off',
    KEYWARD_URL: 'https://keyward.example',
    KEYWARD_OIDC_ISSUER: 'https://issuer.example',
    KEYWARD_OIDC_CLIENT_ID: 'keyward',
    KEYWARD_OIDC_CLIENT_SECRET: 'none',
  };
  const link = /^https:\/\/keyward\.example\/invite#code=\w{32}\n$/;
  const made = await admin(settings, createAda, goodPassword);
  assert.equal(made.exitCode, 0, made.told);
  assert.match(made.out, link);
  const reset = await admin(settings, resetAda, `${other}\n`);
  assert.deepEqual(reset, {
    exitCode: 1,
    out: '',
    told: 'Passwords are off here. Sign in with issuer.example.\n',
  });
  const invited = await admin(settings, ['invite', ...ada]);
  assert.equal(invited.told, 'ada@example.com is invited. By this link they sign in:\n');
  assert.match(invited.out, link);
  assert.notEqual(invited.out, made.out);
});
