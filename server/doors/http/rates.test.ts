import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentParty } from '#db/turns.ts';
import { newSecret } from '#server/core/secrets/format.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { signIn } from '#server/testing/person.ts';

const settings = {
  KEYWARD_RATE_LIMIT: '1/3',
  KEYWARD_ADDRESS_RATE_LIMIT: '1/5',
  KEYWARD_TRUSTED_PROXIES: '1',
};
const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } });
const codes = async (desk: Desk, times: number, call: Parameters<Desk['send']>[1]) => {
  const all: (string | undefined)[] = [];
  for (let n = 0; n < times; n++) all.push((await desk.send('GET /api/v1/me', call)).problem?.code);
  return all;
};

test('a token that is used too often is told so, when to come back, and what its limit is', async () => {
  await using desk = await openDesk({ settings });
  const { token } = await desk.ada.createToken({ name: 'busy' });
  const first = await desk.send('GET /api/v1/me', { token });
  assert.equal(first.headers.get('ratelimit-policy'), '"token";q=3;w=3');
  assert.equal(first.headers.get('ratelimit'), '"token";r=2;t=1');
  await codes(desk, 2, { token });
  const refused = await desk.send('GET /api/v1/me', { token });
  assert.equal(refused.status, 429);
  assert.equal(refused.problem?.code, 'rate_limited');
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.match(refused.headers.get('ratelimit') ?? '', /^"token";r=0;t=\d$/);
  assert.equal((await desk.send('GET /trpc/sessions.me', { token })).status, 429);
});

test('another token, and a browser, are not held up by it', async () => {
  await using desk = await openDesk({ settings });
  const [one, two] = [
    await desk.ada.createToken({ name: 'one' }),
    await desk.ada.createToken({ name: 'two' }),
  ];
  desk.clock.advance({ seconds: 3 });
  await codes(desk, 4, { token: one.token });
  assert.equal((await desk.send('GET /api/v1/me', { token: two.token })).status, 200);
  assert.deepEqual(await codes(desk, 3, { cookie: desk.ada.cookie }), [undefined, undefined, undefined]);
});

test('all sessions of a person share one limit, which is nobody else’s', async () => {
  await using desk = await openDesk({ settings });
  const bob = await desk.join('Bob', 'member');
  const again = await signIn(desk, bob.email, bob.password);
  desk.clock.advance({ seconds: 3 });
  const first = await desk.send('GET /api/v1/me', { cookie: bob.cookie });
  assert.equal(first.headers.get('ratelimit-policy'), '"session";q=3;w=3');
  assert.deepEqual(await codes(desk, 2, { cookie: again.cookie }), [undefined, undefined]);
  for (const { cookie } of [bob, again]) {
    const refused = await desk.send('GET /api/v1/me', { cookie });
    assert.equal(refused.problem?.code, 'rate_limited');
    assert.equal(refused.headers.get('retry-after'), '1');
  }
  assert.deepEqual(await codes(desk, 1, { cookie: desk.ada.cookie }), [undefined]);
  desk.clock.advance({ seconds: 1 });
  assert.deepEqual(await codes(desk, 2, { cookie: again.cookie }), [undefined, 'rate_limited']);
});

test('a batch counts as its calls', async () => {
  await using desk = await openDesk({ settings: { ...settings, KEYWARD_RATE_LIMIT: '1/20' } });
  const { token } = await desk.ada.createToken({ name: 'x' });
  const batch = `GET /trpc/${Array<string>(10).fill('sessions.me').join()}?batch=1&input={}`;
  const statuses = async () => (await desk.send(batch, { token })).status;
  assert.deepEqual([await statuses(), await statuses(), await statuses()], [200, 200, 429]);
});

/** How often a database connection is taken for a request while something is done. */
async function countAsked(desk: Desk, run: () => Promise<unknown>): Promise<number> {
  let asked = 0;
  // What the server writes by itself is done for no party.
  const count = () => (asked += currentParty().key === '' ? 0 : 1);
  const pools = [desk.runtime.pool, desk.runtime.lookupPool];
  for (const pool of pools) pool.on('acquire', count);
  await run();
  for (const pool of pools) pool.off('acquire', count);
  return asked;
}

test('what is refused for an empty bucket asks the database nothing, whatever is shown', async () => {
  await using desk = await openDesk({ settings });
  const { token } = await desk.ada.createToken({ name: 'busy' });
  const mine = from('203.0.113.8');
  await codes(desk, 6, mine);
  await codes(desk, 4, { token });
  const madeUp = [
    {},
    { token: newSecret('pat').reveal() },
    { cookie: `keyward_session=${'x'.repeat(43)}` },
    { token: 'nonsense' },
  ];
  const asked = await countAsked(desk, async () => {
    for (const shown of madeUp) {
      assert.deepEqual(await codes(desk, 5, { ...shown, ...mine }), Array(5).fill('rate_limited'));
      const post = { ...shown, ...mine, body: {} };
      for (const call of ['POST /api/v1/auth/login', 'POST /trpc/sessions.login', 'POST /api/v1/revoke'])
        assert.equal((await desk.send(call, post)).problem?.code, 'rate_limited', call);
      for (const path of [
        '/oauth/token',
        '/oauth/introspect',
        '/oauth/revoke',
        '/oauth/device_authorization',
      ]) {
        const form = { 'Content-Type': 'application/x-www-form-urlencoded', ...mine.headers };
        const refused = await desk.send(`POST ${path}`, { ...shown, headers: form, text: 'token=x' });
        assert.equal(refused.problem?.code, 'rate_limited', path);
      }
    }
    assert.deepEqual(await codes(desk, 5, { token }), Array(5).fill('rate_limited'));
  });
  assert.equal(asked, 0);
  assert.equal(await countAsked(desk, () => codes(desk, 1, { ...madeUp[1], ...from('203.0.113.9') })), 1);
});

test('the limit of a token counts before that of its tenant, and that before the installation’s', async () => {
  await using desk = await openDesk({ settings });
  const { token, credential } = await desk.ada.createToken({ name: 'x' });
  const policy = async () => (await desk.send('GET /api/v1/me', { token })).headers.get('ratelimit-policy');
  await desk.sql('update tenants set calls_per_second = 50, calls_at_once = 100');
  assert.equal(await policy(), '"token";q=100;w=2');
  await desk.sql(
    `update credentials set calls_per_second = 10, calls_at_once = 70 where id = '${credential.id}'`,
  );
  assert.equal(await policy(), '"token";q=70;w=7');
});

test('an address that shows nothing, or what does not work, is counted by address, and by no header of its own making', async () => {
  await using desk = await openDesk({ settings: { ...settings, KEYWARD_TRUSTED_PROXIES: '0' } });
  const all: (string | undefined)[] = [];
  for (let n = 0; n < 7; n++)
    all.push(
      ...(await codes(desk, 1, { ...(n % 2 ? { token: 'nonsense' } : {}), ...from(`203.0.113.${n}`) })),
    );
  assert.equal(all[0], 'unauthenticated');
  assert.equal(all[1], 'token_invalid');
  assert.equal(all.at(-1), 'rate_limited');
});

test('what anybody may ask the database for is counted by address too, and a refusal is kept nowhere', async () => {
  await using desk = await openDesk({ settings });
  const ask = () => desk.send('GET /.well-known/jwks.json', from('203.0.113.8'));
  for (let n = 0; n < 5; n++) assert.equal((await ask()).status, 200);
  const refused = await ask();
  assert.equal(refused.problem?.code, 'rate_limited');
  assert.equal(refused.headers.get('cache-control'), 'no-store');
  const look = () => desk.send(`GET /healthz?t=${newSecret('pat').reveal()}`, from('203.0.113.9'));
  for (let n = 0; n < 5; n++) assert.equal((await look()).problem?.code, 'token_in_url');
  assert.equal((await look()).problem?.code, 'rate_limited');
});

test('addresses of one /64 are one, and a neighbour is not held up', async () => {
  await using desk = await openDesk({ settings });
  const spent = await codes(desk, 6, from('2001:db8:1:2::1'));
  assert.equal(spent.at(-1), 'rate_limited');
  assert.deepEqual(await codes(desk, 1, from('2001:db8:1:2:ffff::9')), ['rate_limited']);
  assert.deepEqual(await codes(desk, 1, from('2001:db8:1:3::1')), ['unauthenticated']);
});

test('from an address whose bucket is empty a token or session that worked lately goes on working, until it is revoked', async () => {
  await using desk = await openDesk({ settings: { ...settings, KEYWARD_RATE_LIMIT: '100/100' } });
  const { token, credential } = await desk.ada.createToken({ name: 'x' });
  const [first, office] = [await desk.ada.createToken({ name: 'y' }), from('203.0.113.8')];
  await codes(desk, 1, { token });
  assert.equal((await codes(desk, 6, office)).at(-1), 'rate_limited');
  assert.deepEqual(await codes(desk, 2, { token, ...office }), [undefined, undefined]);
  assert.deepEqual(await codes(desk, 1, { cookie: desk.ada.cookie, ...office }), [undefined]);
  assert.deepEqual(await codes(desk, 1, { token: first.token, ...office }), ['rate_limited']);
  await desk.ada.revokeToken(credential.id);
  // Looked up once more, as if nothing were known of it; from then on it is as good as made up.
  assert.deepEqual(await codes(desk, 1, { token, ...office }), ['rate_limited']);
  assert.equal(await countAsked(desk, () => codes(desk, 5, { token, ...office })), 0);
  desk.clock.advance({ seconds: 5 });
  assert.deepEqual(await codes(desk, 1, { token: first.token, ...office }), [undefined]);
});

test('who asks on without a pause hears of the limit ever later, and others as soon as ever', async () => {
  await using desk = await openDesk({ settings: { ...settings, KEYWARD_ADDRESS_RATE_LIMIT: '1/5' } });
  const doors = ['GET /api/v1/me', 'GET /trpc/sessions.me', 'GET /api/v1/auth/forward', 'POST /oauth/revoke'];
  const timed = async (call: Parameters<Desk['send']>[1], times: number) => {
    const started = performance.now();
    const all = await Promise.all(
      Array.from({ length: times }, (_, at) => desk.send(doors[at % doors.length] ?? '', call)),
    );
    return { ms: performance.now() - started, refused: all.filter(({ status }) => status === 429).length };
  };
  await codes(desk, 5, from('2001:db8:7:7::1'));
  const [many, sameNetwork] = await Promise.all([
    timed(from('2001:db8:7:7::1'), 120),
    timed(from('2001:db8:7:7::2'), 30),
  ]);
  assert.deepEqual([many.refused, sameNetwork.refused], [120, 30]);
  assert.ok(Math.max(many.ms, sameNetwork.ms) > 900, `${many.ms} and ${sameNetwork.ms} ms`);
  await codes(desk, 5, from('203.0.113.9'));
  const other = await timed(from('203.0.113.9'), 1);
  assert.ok(other.refused === 1 && other.ms < many.ms / 2, `${other.ms} of ${many.ms} ms`);
});

test('limits that are off are not mentioned', async () => {
  await using desk = await openDesk({
    settings: { KEYWARD_RATE_LIMIT: 'off', KEYWARD_ADDRESS_RATE_LIMIT: 'off' },
  });
  const { token } = await desk.ada.createToken({ name: 'x' });
  const answer = await desk.send('GET /api/v1/me', { token });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('ratelimit'), null);
});
