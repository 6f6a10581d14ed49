import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk } from '#server/testing/desk.ts';
import { openIssuer } from '#server/testing/issuer.ts';
import { begin, comeBack, errorOf, roundTrip, sessionOf } from '#server/testing/round-trip.ts';

test('an ID token that the issuer did not sign is refused', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  issuer.forges = { withForeignKey: true };
  assert.equal(errorOf(await roundTrip(desk, issuer)), 'oidc_failed');
  issuer.forges = {};
  assert.ok(sessionOf(await roundTrip(desk, issuer)), 'its own signature');
});

test('a subject that cannot be kept is refused, and the longest that can is not', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  for (const sub of ['', 'x'.repeat(256), 'a\u0000b', 'a\ud800']) {
    issuer.forges = { claims: { sub } };
    assert.equal(errorOf(await roundTrip(desk, issuer)), 'oidc_failed', JSON.stringify(sub));
  }
  issuer.forges = { claims: { sub: 'x'.repeat(255) } };
  assert.ok(sessionOf(await roundTrip(desk, issuer)));
});

test('signing in again asks the issuer to have it proved anew, and an earlier proof does not do', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const { url } = await begin(desk, { again: true });
  const sent = new URL(url).searchParams;
  assert.deepEqual([sent.get('prompt'), sent.get('max_age')], ['login', '0']);
  assert.ok(sessionOf(await roundTrip(desk, issuer, { again: true })));
  issuer.forges = { claims: { auth_time: Math.floor(Date.now() / 1_000) - 120 } };
  assert.equal(errorOf(await roundTrip(desk, issuer, { again: true })), 'oidc_stale');
  assert.ok(sessionOf(await roundTrip(desk, issuer)), 'a usual sign-in asks for nothing');
  const flow = await begin(desk, { again: true, next: '/tokens' });
  const refused = await comeBack(desk, await issuer.visit(flow.url), `${flow.cookie}; ${desk.ada.cookie}`);
  assert.equal(refused.headers.get('location'), '/login?error=oidc_stale&next=%2Ftokens&again=1');
});

test('a session counts as signed in from when the issuer had it proved, as far as it says', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const made = async (authTime?: number) => {
    issuer.forges = authTime === undefined ? null : { claims: { auth_time: authTime } };
    const cookie = sessionOf(await roundTrip(desk, issuer)) ?? '';
    return desk.send('POST /api/v1/setup-codes', { body: {}, cookie });
  };
  const now = Math.floor(Date.now() / 1_000);
  assert.equal((await made()).status, 201);
  assert.equal((await made(now - 11 * 3_600)).status, 201);
  assert.equal((await made(now - 13 * 3_600)).problem?.code, 'sign_in_again');
  assert.equal((await made(now + 86_400)).status, 201, 'never later than now');
});
