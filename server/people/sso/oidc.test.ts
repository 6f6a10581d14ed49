import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#server/core/lockout/rules.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openIssuer } from '#server/testing/issuer.ts';
import { goodPassword, signIn } from '#server/testing/person.ts';
import { begin, comeBack, errorOf, roundTrip, sessionOf, urlOf } from '#server/testing/round-trip.ts';

test('somebody whom an admin added signs in by a confirmed address, and next leads on', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const answer = await roundTrip(desk, issuer, { next: '/tokens?status=active' });
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.get('location'), '/tokens?status=active');
  const me = await desk.send('GET /api/v1/me', { cookie: sessionOf(answer) ?? '' });
  assert.equal(me.body['user']?.['email'], 'ada@example.com');
  const [row] = await desk.sql<{ detail: object }>(
    "select detail from audit_events where action = 'auth.login' order by sequence desc limit 1",
  );
  assert.deepEqual(row?.detail, { method: 'oidc' });
  const ways = await desk.send('GET /api/v1/auth/ways');
  assert.deepEqual(ways.body, { ways: ['password', 'oidc'], issuerName: 'Test issuer' });
});

test('what the browser keeps meanwhile is hidden from scripts and short-lived, and what is sent holds PKCE, state and nonce', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const answer = await desk.send('POST /api/v1/auth/oidc', { body: {} });
  assert.match(
    answer.headers.getSetCookie()[0] ?? '',
    /^keyward_oidc_[\w-]{16}_[0-9a-f]{8}=[\w.-]+; HttpOnly; Max-Age=600; Path=\/; SameSite=Lax$/,
  );
  const sent = new URL(urlOf(answer)).searchParams;
  assert.equal(sent.get('code_challenge_method'), 'S256');
  for (const name of ['code_challenge', 'state', 'nonce']) assert.ok(sent.get(name), name);
  assert.equal(sent.get('redirect_uri'), new URL('/api/v1/auth/oidc/callback', desk.runtime.config.url).href);
});

test('once linked, it is the identity that counts, whatever the address there becomes', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  await roundTrip(desk, issuer);
  issuer.person = { ...issuer.person, email: 'lovelace@example.com', email_verified: false };
  const answer = await roundTrip(desk, issuer);
  const me = await desk.send('GET /api/v1/me', { cookie: sessionOf(answer) ?? '' });
  assert.equal(me.body['user']?.['email'], 'ada@example.com');
  issuer.person = { sub: 'somebody-else', email: 'ada@example.com', email_verified: true };
  assert.equal(errorOf(await roundTrip(desk, issuer)), 'identity_taken');
});

test('somebody deleted and added again signs in as who they are now', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  issuer.person = { sub: 'bob-there', email: 'bob@example.com', email_verified: true };
  const before = await desk.join('Bob', 'member');
  await roundTrip(desk, issuer);
  await desk.ada.send(`DELETE /api/v1/users/${before.id}`);
  assert.equal(errorOf(await roundTrip(desk, issuer)), 'oidc_unknown');
  const now = await desk.join('Bob', 'member');
  const me = await desk.send('GET /api/v1/me', { cookie: sessionOf(await roundTrip(desk, issuer)) ?? '' });
  assert.equal(me.body['user']?.['id'], now.id);
});

test('made-up returns are counted by where they come from, good ones are not, and next is kept', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const { url, cookie } = await begin(desk);
  const state = new URL(url).searchParams.get('state') ?? '';
  const callback = new URL(`/api/v1/auth/oidc/callback?code=x&state=${state}`, desk.origin);
  const makeUp = () => comeBack(desk, callback, cookie);
  const { tries } = limits.address;
  for (let n = 1; n < tries; n++) assert.equal(errorOf(await makeUp()), 'oidc_failed');
  for (let n = 0; n < 2; n++) assert.ok(sessionOf(await roundTrip(desk, issuer)));
  assert.equal(errorOf(await makeUp()), 'oidc_failed', 'the last one that is looked at');
  const slowed = await roundTrip(desk, issuer, { next: '/tokens?status=active' });
  assert.equal(errorOf(slowed), 'rate_limited');
  assert.match(slowed.headers.get('location') ?? '', /&next=%2Ftokens%3Fstatus%3Dactive$/);
  desk.clock.advance({ seconds: 1 });
  assert.ok(sessionOf(await roundTrip(desk, issuer)));
  await desk.settle();
  const rows = await desk.sql<{ told: string }>(
    "select concat_ws(' ', action, code, detail->>'endpoint') as told from audit_events where outcome = 'denied' order by 1",
  );
  assert.deepEqual(
    rows.map(({ told }) => told),
    ['auth.login_failed oidc_failed', 'auth.throttled rate_limited GET /api/v1/auth/oidc/callback'],
    'one row a minute of each',
  );
});

test('no page can have its visitors wait: who has not begun is refused, and not counted', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const sent = () => desk.send('GET /api/v1/auth/oidc/callback?code=x&state=y');
  for (let n = 0; n <= limits.address.tries; n++) assert.equal(errorOf(await sent()), 'oidc_failed');
  await signIn(desk, desk.ada.email, goodPassword);
});

test('an address that is not confirmed there lets nobody in', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  issuer.person = { ...issuer.person, email_verified: false };
  assert.equal(errorOf(await roundTrip(desk, issuer)), 'oidc_unverified');
  for (const email of [undefined, 'ada', 'a\u0000@example.com', `${'a'.repeat(250)}@example.com`]) {
    issuer.person = { sub: 'ada-at-issuer', ...(email && { email }), email_verified: true };
    assert.equal(errorOf(await roundTrip(desk, issuer)), 'oidc_no_email', email ?? 'none');
  }
});

test('a stranger is refused, unless their domain is listed: then they are a viewer', async () => {
  await using issuer = await openIssuer();
  const settings = { ...issuer.settings, KEYWARD_OIDC_AUTO_CREATE_DOMAINS: 'Team.example, other.example' };
  await using desk = await openDesk({ settings });
  for (const email of ['eve@example.com', 'eve@sub.team.example', 'eve@notteam.example']) {
    issuer.person = { sub: email, email, email_verified: true };
    assert.equal(errorOf(await roundTrip(desk, issuer)), 'oidc_unknown', email);
  }
  issuer.person = { sub: 'grace', email: 'grace@team.example', email_verified: true, name: 'Grace Hopper' };
  const answer = await roundTrip(desk, issuer);
  const me = await desk.send('GET /api/v1/me', { cookie: sessionOf(answer) ?? '' });
  assert.equal(me.body['user']?.['role'], 'viewer');
  assert.equal(me.body['user']?.['name'], 'Grace Hopper');
  issuer.person = { ...issuer.person, email_verified: false, sub: 'other-grace' };
  assert.equal(errorOf(await roundTrip(desk, issuer)), 'oidc_unverified');
});

test('a deactivated person gets no session by any way', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const bob = await desk.join('Bob', 'member');
  issuer.person = { sub: 'bob', email: bob.email, email_verified: true };
  assert.ok(sessionOf(await roundTrip(desk, issuer)));
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  assert.equal(errorOf(await roundTrip(desk, issuer)), 'account_deactivated');
  assert.equal((await desk.sql('select from sessions where user_id = $1', [bob.id])).length, 0);
});

/** The flow of a cookie with something in it replaced, signed as the server would. */
function resigned(desk: Desk, cookie: string, change: object): string {
  const { signer } = desk.runtime;
  const [name, value = ''] = cookie.split('=', 2);
  const flow = signer.read('oidc', value) as object;
  return `${name}=${signer.sign('oidc', { ...flow, ...change })}`;
}

test('a wrong nonce, a wrong verifier and another issuer are found out', async (t) => {
  await using issuer = await openIssuer();
  await using foreign = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  await t.test('nonce', async () => {
    const { url, cookie } = await begin(desk);
    const back = await issuer.visit(url);
    assert.equal(
      errorOf(await comeBack(desk, back, resigned(desk, cookie, { nonce: 'other' }))),
      'oidc_failed',
    );
  });
  await t.test('verifier', async () => {
    const { url, cookie } = await begin(desk);
    const back = await issuer.visit(url);
    const wrong = resigned(desk, cookie, { verifier: 'v'.repeat(43) });
    assert.equal(errorOf(await comeBack(desk, back, wrong)), 'oidc_failed');
  });
  await t.test('the issuer that the answer names', async () => {
    const { url, cookie } = await begin(desk);
    const back = await issuer.visit(url);
    back.searchParams.set('iss', 'https://evil.example');
    assert.equal(errorOf(await comeBack(desk, back, cookie)), 'oidc_failed');
  });
  await t.test('a code of another issuer', async () => {
    const { url, cookie } = await begin(desk);
    const elsewhere = url.replace(new URL(url).origin, foreign.settings['KEYWARD_OIDC_ISSUER'] ?? '');
    const back = await foreign.visit(elsewhere);
    back.searchParams.set('iss', issuer.settings['KEYWARD_OIDC_ISSUER'] ?? '');
    assert.equal(errorOf(await comeBack(desk, back, cookie)), 'oidc_failed');
  });
  await t.test('the twin of all these', async () => assert.ok(sessionOf(await roundTrip(desk, issuer))));
});

test('whom the issuer does not let in is told so', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const { url, cookie } = await begin(desk, { next: '/tokens' });
  const back = await issuer.visit(url);
  back.searchParams.delete('code');
  back.searchParams.set('error', 'access_denied');
  const answer = await comeBack(desk, back, cookie);
  assert.equal(errorOf(answer), 'oidc_denied');
  assert.match(answer.headers.get('location') ?? '', /next=%2Ftokens/);
});

test('while the issuer is away passwords go on, and it is asked again once it is back', async () => {
  const gone = await openIssuer();
  const { settings } = gone;
  await gone[Symbol.asyncDispose]();
  await using desk = await openDesk({ settings });
  const answer = await desk.send('POST /api/v1/auth/oidc', { body: {} });
  assert.equal(answer.status, 503);
  assert.equal(answer.problem?.code, 'oidc_unavailable');
  const together = await Promise.all(
    [1, 2, 3, 4].map(() => desk.send('POST /api/v1/auth/oidc', { body: {} })),
  );
  assert.deepEqual(
    together.map(({ problem }) => problem?.code),
    together.map(() => 'oidc_unavailable'),
    'also to those who find that it is being asked already',
  );
  await signIn(desk, desk.ada.email, goodPassword);
});

test('an issuer that goes away in the middle is told as such', async () => {
  const issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const { url, cookie } = await begin(desk);
  const back = await issuer.visit(url);
  await issuer[Symbol.asyncDispose]();
  assert.equal(errorOf(await comeBack(desk, back, cookie)), 'oidc_unavailable');
});

test('where no issuer is configured there is no such way', async () => {
  await using desk = await openDesk();
  assert.equal((await desk.send('POST /api/v1/auth/oidc', { body: {} })).status, 404);
  assert.equal((await desk.send('GET /api/v1/auth/oidc/callback?code=x&state=y')).status, 404);
});
