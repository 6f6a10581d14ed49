import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk } from '#server/testing/desk.ts';
import { openIssuer } from '#server/testing/issuer.ts';
import { begin, comeBack, errorOf, sessionOf } from '#server/testing/round-trip.ts';

test('an answer is taken from the browser that asked only, once, and within ten minutes', async (t) => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  await t.test('from another browser', async () => {
    const { url } = await begin(desk);
    const other = await begin(desk);
    const back = await issuer.visit(url);
    assert.equal(errorOf(await comeBack(desk, back, '')), 'oidc_failed');
    assert.equal(errorOf(await comeBack(desk, back, other.cookie)), 'oidc_failed');
  });
  await t.test('with another state', async () => {
    const { url, cookie } = await begin(desk);
    const back = await issuer.visit(url);
    back.searchParams.set('state', 'forged');
    assert.equal(errorOf(await comeBack(desk, back, cookie)), 'oidc_failed');
  });
  await t.test('a second time', async () => {
    const { url, cookie } = await begin(desk);
    const back = await issuer.visit(url);
    assert.ok(sessionOf(await comeBack(desk, back, cookie)));
    assert.equal(errorOf(await comeBack(desk, back, cookie)), 'oidc_failed');
  });
  await t.test('too late', async () => {
    const { url, cookie } = await begin(desk);
    const back = await issuer.visit(url);
    desk.clock.advance({ minutes: 10 });
    assert.equal(errorOf(await comeBack(desk, back, cookie)), 'oidc_failed');
  });
});

test('two tabs of one browser that are on their way at once both come back signed in', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const flows = [await begin(desk, { next: '/tokens' }), await begin(desk, { next: '/account' })];
  const cookie = flows.map((flow) => flow.cookie).join('; ');
  const leads: (string | null)[] = [];
  for (const { url } of flows) {
    const answer = await comeBack(desk, await issuer.visit(url), cookie);
    assert.ok(sessionOf(answer));
    leads.push(answer.headers.get('location'));
  }
  assert.deepEqual(leads, ['/tokens', '/account']);
});

test('a browser keeps four flows at most: the oldest makes room, and what cannot be read goes first', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const kept: string[] = [];
  const start = () => desk.send('POST /api/v1/auth/oidc', { body: {}, cookie: kept.join('; ') });
  const removed = ({ headers }: Awaited<ReturnType<typeof start>>) =>
    headers
      .getSetCookie()
      .filter((line) => line.includes('Max-Age=0'))
      .map((line) => line.split('=')[0]);
  for (let n = 0; n < 4; n++) {
    const answer = await start();
    assert.deepEqual(removed(answer), []);
    kept.push(answer.headers.getSetCookie()[0]?.split(';')[0] ?? '');
    desk.clock.advance({ seconds: 1 });
  }
  assert.deepEqual(removed(await start()), [kept[0]?.split('=')[0]]);
  kept[3] = `${kept[3]?.split('=')[0]}=junk`;
  assert.deepEqual(removed(await start()), [kept[3].split('=')[0]]);
});
