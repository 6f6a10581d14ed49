import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { textOf } from '#server/testing/caller.ts';
import { openCommandLine } from '#server/testing/command-line.ts';
import { openDesk } from '#server/testing/desk.ts';
import { goodPassword } from '#server/testing/person.ts';

const desk = await openDesk();
const { ada, origin } = desk;
const { token } = await ada.createToken({ name: 'cli' });
const line = openCommandLine({ KEYWARD_SERVER: origin, KEYWARD_TOKEN: token });
after(async () => {
  line[Symbol.dispose]();
  await desk[Symbol.asyncDispose]();
});
const byPassword = `--password --email ${ada.email}`;

test('--raw prints the token and nothing else, once, and it works as it was ordered', async () => {
  const made = await line.run(
    `token create --name ci --ttl 30d --permission tokens:read,profile:read --raw ${byPassword}`,
    { stdin: goodPassword },
  );
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^kw_pat_[0-9A-Za-z]{38}\n$/);
  assert.equal(made.stderr, '');
  const me = (await desk.send('GET /api/v1/me', { token: made.stdout.trim() })).body;
  assert.deepEqual(me['credential']?.['permissions'], ['tokens:read', 'profile:read']);
  const again = await line.run(`token create --name ci ${byPassword}`, { stdin: goodPassword });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /name_taken/);
  const unknown = await line.run('token create --name x --permission foo:bar');
  assert.equal(unknown.code, 2);
  assert.equal((await line.run(['token', 'create', '--name', 'x', '--permission', ''])).code, 2);
  assert.match(unknown.stderr, /Unknown permission foo:bar\.\nhint: Known are profile:read, /);
  assert.equal(
    (await line.run(`token create --name x --ttl 0 ${byPassword}`, { stdin: goodPassword })).code,
    2,
  );
});

test('what never ends is made so', async () => {
  const made = await line.run(`token create --name endless --ttl never --json ${byPassword}`, {
    stdin: goodPassword,
  });
  assert.equal(made.json['credential']?.['expiresAt'], null, made.stderr);
  const shown = await line.run('token show endless');
  assert.match(shown.stdout, /May +all that .* may, except making tokens\n[^]*Last used +never\n/);
});

test('rotating takes a person: a token is told where, a password does it', async () => {
  const { token: first, credential } = await ada.createToken({ name: 'turned' });
  const told = await line.run('token rotate turned');
  assert.equal(told.code, 1);
  assert.ok(told.stderr.includes(`${origin}/tokens?token=${credential.id}`));
  const rotated = await line.run(`token rotate turned --grace 0 --raw ${byPassword}`, {
    stdin: goodPassword,
  });
  assert.equal(rotated.code, 0, rotated.stderr);
  assert.equal((await desk.send('GET /api/v1/me', { token: rotated.stdout.trim() })).status, 200);
  assert.equal((await desk.send('GET /api/v1/me', { token: first })).status, 401);
  await ada.revokeToken(credential.id);
  const ended = await line.run('token rotate turned');
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /"turned" .* is revoked/);
});

test('a secret in grace is known as rotated, by whoami, status and the doctor', async () => {
  const { token: first, credential } = await ada.createToken({ name: 'in grace' });
  await ada.send(`POST /api/v1/tokens/${credential.id}/rotate`, { body: { graceSeconds: 3_600 } });
  const env = { KEYWARD_TOKEN: first, KEYWARD_NO_NAG: '1' };
  assert.match(
    (await line.run('auth whoami', { env })).stdout,
    /Status +rotated: this secret works until [^\n]*\d\d:\d\d\n/,
  );
  const doctor = await line.run('doctor', { env });
  assert.match(doctor.stdout, /! Token +.*rotated: this secret works until .*\n +→ Put the new secret here/);
  assert.match(doctor.stdout, /Overall: healthy \(\d warnings?\)/);
});

test('without a terminal no command waits for a person, unless it is told to', async () => {
  const began = Date.now();
  for (const [args, env] of [
    ['token create --name waiting', {}],
    ['auth login', { CI: 'true' }],
  ] as const) {
    const run = await line.run(args, { env });
    assert.equal(run.code, 4, run.stderr);
    assert.match(run.stderr, /^error: .*no terminal.*\nhint: .*--password.*--wait/);
  }
  assert.ok(Date.now() - began < 20_000);
  const { rows } = await ada
    .send('GET /api/v1/tokens?search=waiting')
    .then(({ body }) => ({ rows: body['items'] }));
  assert.deepEqual(rows, []);
});

test('a token is named by id, by prefix or by name, and what could be several is not guessed', async () => {
  const { credential } = await ada.createToken({ name: 'Named so' });
  for (const reference of [credential.id, credential.prefix, `${credential.prefix}…`, 'named SO']) {
    const shown = await line.run(['token', 'show', reference, '--json']);
    assert.equal(textOf(shown.json['id']), credential.id, shown.stderr);
  }
  const several = await line.run('token revoke kw_pat_');
  assert.equal(several.code, 2);
  assert.match(several.stdout, /Named so[^]*cli/);
  assert.equal((await line.run('token show nothing')).code, 1);
});

test('of tokens with one name the one that works is meant', async () => {
  const { credential: old } = await ada.createToken({ name: 'twice' });
  await ada.revokeToken(old.id);
  const { credential } = await ada.createToken({ name: 'twice' });
  const revoked = await line.run(['token', 'revoke', 'twice', '--reason', 'no more']);
  assert.equal(revoked.code, 0, revoked.stderr);
  const shown = await line.run(`token show ${credential.id} --json`);
  assert.deepEqual(
    [textOf(shown.json['status']), textOf(shown.json['revokeReason'])],
    ['revoked', 'no more'],
  );
  assert.equal((await line.run('token show twice')).code, 2);
});

test('lists are tables for people and JSON for programs; nothing but data is on stdout', async () => {
  const table = await line.run('token list --status active');
  assert.match(table.stdout, /^NAME +PREFIX +STATUS +EXPIRES +LAST USED\n/);
  assert.doesNotMatch(table.stdout, /\[\d+m/);
  assert.match((await line.run('token list', { env: { FORCE_COLOR: '1' } })).stdout, /\[32mactive/);
  assert.doesNotMatch(
    (await line.run('token list', { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout,
    /\[\d+m/,
  );
  assert.match((await line.run('token list --status revoked')).stdout, /revoked +— /);
  assert.equal((await line.run('token list --status foo')).code, 2);
  const empty = await line.run('token list --status expired');
  assert.deepEqual([empty.code, empty.stdout], [0, '']);
  const { json } = await line.run('token list --status revoked --json');
  assert.ok((json['items'] as unknown as { status: string }[]).every(({ status }) => status === 'revoked'));
});

test('a token that ends within a week is told of once a day, and not where that is unwanted', async () => {
  const { token: short } = await ada.createToken({ name: 'short', expiresInDays: 3 });
  const env = { KEYWARD_TOKEN: short };
  assert.equal((await line.run('auth whoami', { env: { ...env, KEYWARD_NO_NAG: '1' } })).stderr, '');
  assert.equal((await line.run('auth whoami --quiet', { env })).stderr, '');
  // The desk’s clock may stand anywhere; what counts is that it is said, and once.
  assert.match((await line.run('auth whoami', { env })).stderr, /Your token ends/);
  assert.equal((await line.run('auth whoami', { env })).stderr, '');
});

test('no run has shown a secret that it was not asked for', () => {
  assert.ok(!line.seen().includes(token) && !line.seen().includes(goodPassword));
});
