import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { cookieOf } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';
import { goodPassword, signIn } from '#server/testing/person.ts';

const login = (email: string, password: string) => ({ body: { email, password } });

test('the right password starts a session whose cookie scripts cannot read', async () => {
  await using desk = await openDesk();
  const answer = await desk.send('POST /api/v1/auth/login', login(' ADA@example.com', goodPassword));
  assert.equal(answer.status, 200);
  assert.equal(answer.body['user']?.['email'], 'ada@example.com');
  assert.match(
    answer.headers.getSetCookie()[0] ?? '',
    /^keyward_session_[0-9a-f]{8}=[0-9A-Za-z]{43}; HttpOnly; Max-Age=2592000; Path=\/; SameSite=Lax$/,
  );
  const me = await desk.send('GET /api/v1/me', { cookie: cookieOf(answer) });
  assert.equal(me.body['user']?.['role'], 'admin');
  assert.equal(me.body['credential'], null);
  assert.ok(me.body['session']?.['id']);
});

test('over HTTPS the cookie is bound to the host', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_URL: 'https://desk.example' } });
  const answer = await desk.send('POST /api/v1/auth/login', login('ada@example.com', goodPassword));
  assert.match(
    answer.headers.getSetCookie()[0] ?? '',
    /^__Host-keyward_session_[0-9a-f]{8}=\w+; HttpOnly; .*Path=\/; SameSite=Lax; Secure$/,
  );
  assert.match(answer.headers.get('strict-transport-security') ?? '', /^max-age=\d+/);
});

test('a wrong password and an unknown address get the same answer', async () => {
  await using desk = await openDesk();
  const wrong = await desk.send('POST /api/v1/auth/login', login('ada@example.com', 'not this one'));
  const unknown = await desk.send('POST /api/v1/auth/login', login('nobody@example.com', goodPassword));
  for (const answer of [wrong, unknown]) {
    assert.equal(answer.status, 401);
    assert.deepEqual(answer.headers.getSetCookie(), []);
    assert.deepEqual({ ...answer.body, requestId: '' }, { ...wrong.body, requestId: '' });
  }
  assert.equal(wrong.problem?.code, 'login_failed');
});

test('a deactivated person is told so, if the password is right, and gets no session', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  const right = await desk.send('POST /api/v1/auth/login', login(bob.email, goodPassword));
  assert.equal(right.status, 401);
  assert.equal(right.problem?.code, 'account_deactivated');
  assert.equal(right.problem?.title, 'This account is deactivated');
  assert.deepEqual(right.headers.getSetCookie(), []);
  const wrong = await desk.send('POST /api/v1/auth/login', login(bob.email, 'not this one'));
  assert.equal(wrong.problem?.code, 'login_failed');
});

test('a hash that cannot be read is a fault of ours, not a wrong password', async () => {
  await using desk = await openDesk();
  await desk.sql("update users set password_hash = 'scrambled'");
  const answer = await desk.send('POST /api/v1/auth/login', login('ada@example.com', goodPassword));
  assert.equal(answer.status, 500);
  assert.equal(answer.problem?.code, 'auth_internal');
  const line = desk.logged.find((text) => text.includes('auth_internal'));
  assert.ok(line?.includes(answer.problem?.requestId ?? ''));
});

test('a hash of older parameters is replaced at the next sign-in', async () => {
  await using desk = await openDesk();
  const weak =
    '$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$' +
    (await weakTag('seven lanterns over the bay', '0123456789abcdef'));
  await desk.sql('update users set password_hash = $1', [weak]);
  await signIn(desk, 'ada@example.com', goodPassword);
  const [row] = await desk.sql<{ password_hash: string }>('select password_hash from users');
  assert.match(row?.password_hash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  await signIn(desk, 'ada@example.com', goodPassword);
});

async function weakTag(password: string, salt: string): Promise<string> {
  const { argon2Sync } = await import('node:crypto');
  const options = {
    message: password,
    nonce: Buffer.from(salt),
    parallelism: 1,
    tagLength: 32,
    memory: 64,
    passes: 1,
  };
  return argon2Sync('argon2id', options).toString('base64').replace(/=+$/, '');
}

test('only a hash of a session’s id is stored', async () => {
  await using desk = await openDesk();
  const id = desk.ada.cookie.split('=')[1] ?? '';
  const [row] = await desk.sql<{ hash: Buffer; all: string }>('select hash, s::text as all from sessions s');
  assert.deepEqual(row?.hash, createHash('sha256').update(id).digest());
  assert.ok(!row?.all.includes(id));
});

test('every sign-in has an id of its own, and signing out ends that session only', async () => {
  await using desk = await openDesk();
  const other = await signIn(desk, desk.ada.email, goodPassword);
  assert.notEqual(other.cookie, desk.ada.cookie);
  const out = await desk.ada.send('POST /api/v1/auth/logout');
  assert.equal(out.status, 204);
  assert.match(out.headers.getSetCookie()[0] ?? '', /^keyward_session_[0-9a-f]{8}=; .*Max-Age=0/);
  assert.equal((await desk.ada.send('GET /api/v1/me')).status, 401);
  assert.equal((await other.send('GET /api/v1/me')).status, 200);
});

test('signing in ends the session that this browser had, and takes up no id that it came with', async () => {
  await using desk = await openDesk();
  const body = { email: desk.ada.email, password: goodPassword };
  const planted = `keyward_session=${'x'.repeat(43)}`;
  for (const cookie of [desk.ada.cookie, planted]) {
    const answer = await desk.send('POST /api/v1/auth/login', { cookie, body });
    assert.equal(answer.status, 200);
    assert.notEqual(cookieOf(answer), cookie);
    assert.equal((await desk.send('GET /api/v1/me', { cookie })).status, 401);
    assert.equal((await desk.send('GET /api/v1/me', { cookie: cookieOf(answer) })).status, 200);
  }
});

test('of ten sign-outs of one session at once one is audited', async () => {
  await using desk = await openDesk();
  await Promise.all(Array.from({ length: 10 }, () => desk.ada.send('POST /api/v1/auth/logout')));
  assert.equal((await desk.sql("select from audit_events where action = 'auth.logout'")).length, 1);
});

test('a cookie that proves nothing counts as none', async () => {
  await using desk = await openDesk();
  const name = desk.runtime.cookies.nameOf('keyward_session');
  for (const cookie of [
    'theme=100%',
    'keyward_session=%',
    `${name}=%`,
    `${name}=x`,
    `${name}=`,
    `${name}=%00`,
    `other=${'x'.repeat(4_000)}`,
    ';;=',
  ]) {
    const answer = await desk.send('GET /api/v1/me', { cookie });
    assert.equal(answer.status, 401, cookie);
    assert.equal(answer.problem?.code, 'unauthenticated');
    const beside = await desk.send('GET /api/v1/me', { cookie: `${cookie}; ${desk.ada.cookie}` });
    assert.equal(beside.status, cookie.startsWith(name) ? 401 : 200, cookie);
  }
});

test('a session ends after 24 hours without use, and use keeps it', async () => {
  await using desk = await openDesk();
  const idle = await signIn(desk, desk.ada.email, goodPassword);
  for (let day = 0; day < 2; day++) {
    desk.clock.advance({ hours: 23 });
    assert.equal((await desk.ada.send('GET /api/v1/me')).status, 200);
    await desk.settle();
  }
  assert.equal((await idle.send('GET /api/v1/me')).status, 401);
});

test('a session ends after 30 days, however much it is used', async () => {
  await using desk = await openDesk();
  for (let half = 0; half < 59; half++) {
    desk.clock.advance({ hours: 12 });
    assert.equal((await desk.ada.send('GET /api/v1/me')).status, 200);
    await desk.settle();
  }
  desk.clock.advance({ hours: 12 });
  assert.equal((await desk.ada.send('GET /api/v1/me')).status, 401);
});

test('a server that starts clears away the sessions that have ended, and those only', async () => {
  await using desk = await openDesk();
  desk.clock.advance({ hours: 25 });
  const live = await signIn(desk, desk.ada.email, goodPassword);
  assert.equal((await desk.sql('select from sessions')).length, 2);
  await using _ = await desk.another();
  assert.equal((await desk.sql('select from sessions')).length, 1);
  assert.equal((await live.send('GET /api/v1/me')).status, 200);
});

test('deactivating someone ends every session of theirs, and activating them brings none back', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token } = await bob.createToken({ name: 'ci' });
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: { reason: 'Left' } });
  assert.equal((await bob.send('GET /api/v1/me')).status, 401);
  const refused = await desk.send('GET /api/v1/me', { token });
  assert.equal(refused.status, 401);
  assert.equal(refused.problem?.code, 'account_deactivated');

  await desk.ada.send(`POST /api/v1/users/${bob.id}/activate`, { body: {} });
  assert.equal((await bob.send('GET /api/v1/me')).status, 401);
  assert.equal((await desk.send('GET /api/v1/me', { token })).status, 200);
});

test('a deactivation, a suspension or a deletion typed into psql refuses sessions and tokens on their next request', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token } = await bob.createToken({ name: 'ci' });
  const statuses = async () => [
    (await bob.send('GET /api/v1/me')).status,
    (await desk.send('GET /api/v1/me', { token })).status,
  ];
  for (const [status, off, on] of [
    [401, 'update users set deactivated_at = now()', 'update users set deactivated_at = null'],
    [403, 'update tenants set suspended_at = now()', 'update tenants set suspended_at = null'],
  ] as const) {
    await desk.sql(off);
    assert.deepEqual(await statuses(), [status, status], off);
    await desk.sql(on);
    assert.deepEqual(await statuses(), [200, 200], on);
  }
  await desk.sql('update users set deleted_at = now()');
  assert.deepEqual(await statuses(), [401, 401]);
  await assert.rejects(desk.sql('update users set deleted_at = null'), /a deleted user stays deleted/);
});

test('sign-ins, good and bad, and sign-outs are audited; what was typed for nobody’s account is not', async () => {
  await using desk = await openDesk();
  await desk.send('POST /api/v1/auth/login', login('ada@example.com', 'not this one'));
  await desk.send('POST /api/v1/auth/login', login('my secret passphrase', 'x'));
  await signIn(desk, desk.ada.email, goodPassword);
  await desk.ada.send('POST /api/v1/auth/logout');
  await desk.settle();
  const rows = await desk.sql<{
    action: string;
    actor_label: string;
    outcome: string;
    code: string | null;
    all: string;
  }>(
    "select action, actor_label, outcome, code, a::text as all from audit_events a where action like 'auth.%' order by action, actor_label, sequence",
  );
  assert.deepEqual(
    rows.map(({ action, actor_label, outcome, code }) => [action, actor_label, outcome, code]),
    [
      ['auth.login', 'ada@example.com', 'ok', null],
      ['auth.login', 'ada@example.com', 'ok', null],
      ['auth.login_failed', 'ada@example.com', 'denied', 'login_failed'],
      ['auth.login_failed', 'unknown', 'denied', 'login_failed'],
      ['auth.logout', 'ada@example.com', 'ok', null],
    ],
  );
  for (const row of rows) assert.doesNotMatch(row.all, /passphrase|not this one|lanterns/);
});

test('an account that changes while its password is checked gets no session', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const [signing, deactivating] = await Promise.all([
    desk.send('POST /api/v1/auth/login', login(bob.email, goodPassword)),
    desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} }),
  ]);
  assert.equal(deactivating.status, 200);
  await desk.ada.send(`POST /api/v1/users/${bob.id}/activate`, { body: {} });
  const cookie = cookieOf(signing);
  if (signing.status === 200) assert.equal((await desk.send('GET /api/v1/me', { cookie })).status, 401);
  assert.equal((await desk.sql(`select from sessions where user_id = '${bob.id}'`)).length, 0);
});
