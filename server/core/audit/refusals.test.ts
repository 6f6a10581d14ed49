import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stranger } from '#server/core/audit/record.ts';
import { limits } from '#server/core/lockout/rules.ts';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { goodPassword } from '#server/testing/person.ts';

interface Row {
  code: string;
  actor_label: string;
  resource_label: string | null;
  credential_id: string | null;
  detail: { count?: number; gathered?: number; endpoint?: string };
}

async function rowsOf(desk: Desk, action: string): Promise<Row[]> {
  await desk.settle();
  return desk.sql<Row>('select * from audit_events where action = $1 order by sequence', [action]);
}

const countOf = (rows: Row[]) => rows.reduce((sum, row) => sum + (row.detail.count ?? 1), 0);

/** Many calls, a hundred at a time. Returns how many were refused, be it as too many: a busy machine may fail to answer one. */
async function flood(calls: number, call: () => Promise<Answer>): Promise<number> {
  let refused = 0;
  for (let done = 0; done < calls; done += 100) {
    const answers = await Promise.all(Array.from({ length: 100 }, call));
    refused += answers.filter(({ status }) => status < 500).length;
  }
  return refused;
}

test('ten thousand refused calls make one row at once and one a minute, and none of them is lost', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_ADDRESS_RATE_LIMIT: 'off' } });
  const { token, credential } = await desk.ada.createToken({ name: 'stolen' });
  await desk.ada.revokeToken(credential.id);
  const refused = await flood(10_000, () => desk.send('GET /api/v1/me', { token }));
  const [first, ...others] = await rowsOf(desk, 'auth.refused');
  assert.equal(first?.code, 'token_revoked');
  assert.equal(first?.resource_label, 'stolen');
  assert.deepEqual(others, []);
  desk.clock.advance({ minutes: 1 });
  const rows = await rowsOf(desk, 'auth.refused');
  assert.equal(rows.length, 2);
  assert.equal(countOf(rows), refused);
  assert.ok(refused > 9_900, `${refused} were refused`);
});

test('what was counted in the last minute is written when the server stops', async () => {
  await using desk = await openDesk();
  {
    await using other = await desk.another();
    for (let call = 0; call < 5; call++) await other.send('GET /api/v1/me', { token: 'kw_pat_nonsense' });
  }
  assert.equal(countOf(await rowsOf(desk, 'auth.refused')), 5);
});

test('every reason to refuse a known token is a row about that token', async () => {
  await using desk = await openDesk();
  const tokens = await Promise.all(
    ['expired', 'disabled', 'revoked', 'elsewhere'].map((name) =>
      desk.ada.createToken({
        name,
        expiresInDays: name === 'expired' ? 1 : 30,
        ...(name === 'elsewhere' && { ipAllowlist: ['10.9.9.9'] }),
      }),
    ),
  );
  const [expired, disabled, revoked, elsewhere] = tokens;
  assert.ok(expired && disabled && revoked && elsewhere);
  await desk.ada.send(`PATCH /api/v1/tokens/${disabled.credential.id}`, { body: { enabled: false } });
  await desk.ada.revokeToken(revoked.credential.id);
  desk.clock.advance({ days: 2 });
  for (const { token } of tokens) await desk.send('GET /api/v1/me', { token });
  const rows = await rowsOf(desk, 'auth.refused');
  assert.deepEqual(rows.map((row) => `${row.resource_label} ${row.code}`).toSorted(), [
    'disabled token_disabled',
    'elsewhere ip_not_allowed',
    'expired token_expired',
    'revoked token_revoked',
  ]);
});

test('an unknown token is counted by where it came from, and nothing of it is kept', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_TRUSTED_PROXIES: '1' } });
  const { token } = await desk.ada.createToken({ name: 'almost' });
  const wrong = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`;
  for (const from of ['203.0.113.7', '203.0.113.8', '2001:db8::1', '2001:db8::2'])
    await desk.send('GET /api/v1/me', { token: wrong, headers: { 'X-Forwarded-For': from } });
  const rows = await rowsOf(desk, 'auth.refused');
  assert.equal(rows.length, 3);
  assert.ok(rows.every((row) => row.actor_label === 'unknown' && row.code === 'token_invalid'));
  assert.ok(!JSON.stringify(rows).includes(wrong.slice(7, 15)));
});

test('wrong codes, and tries that are not looked at any more, are rows by where they come from', async () => {
  // Links to sign in are for where mail can be sent.
  await using desk = await openDesk({ settings: { KEYWARD_SMTP_URL: 'smtp://127.0.0.1:9' } });
  const { tries } = limits.address;
  const guesses: Record<string, object> = {
    'POST /api/v1/auth/magic/redeem': {},
    'POST /trpc/users.checkInvite': {},
    'POST /trpc/users.completeReset': { password: goodPassword },
  };
  const guess = (call: string) => desk.send(call, { body: { code: 'made-up', ...guesses[call] } });
  const calls = Object.keys(guesses);
  for (let n = 0; n < tries + 9; n++) await guess(calls[n % 3] ?? '');
  await desk.send('POST /api/v1/auth/login', { body: { email: desk.ada.email, password: goodPassword } });
  desk.clock.advance({ minutes: 1 });
  const told = (rows: Row[]) =>
    Object.fromEntries(
      Object.entries(Object.groupBy(rows, (row) => row.detail.endpoint ?? '')).map(([endpoint, of]) => [
        endpoint,
        countOf(of ?? []),
      ]),
    );
  const wrong = await rowsOf(desk, 'auth.code_refused');
  const endpoints = [
    'POST /api/v1/auth/magic/redeem',
    '/trpc/users.checkInvite',
    '/trpc/users.completeReset',
  ];
  assert.deepEqual(told(wrong), {
    [endpoints[0] ?? '']: 17,
    [endpoints[1] ?? '']: 17,
    [endpoints[2] ?? '']: 16,
  });
  assert.ok(wrong.every((row) => row.actor_label === 'unknown' && row.code === 'code_invalid'));
  assert.equal(wrong.length, 6, 'of each kind one at once, and one with the count');
  const throttled = await rowsOf(desk, 'auth.throttled');
  assert.ok(throttled.every((row) => row.code === 'rate_limited'));
  assert.deepEqual(told(throttled), {
    [endpoints[0] ?? '']: 3,
    [endpoints[1] ?? '']: 3,
    [endpoints[2] ?? '']: 3,
    'POST /api/v1/auth/login': 1,
  });
  assert.ok(!JSON.stringify([wrong, throttled]).includes('made-up'));
});

test('a good code makes no row of refusal', async () => {
  await using desk = await openDesk();
  await desk.join('Bob', 'member');
  assert.deepEqual(await rowsOf(desk, 'auth.code_refused'), []);
});

/** Refusals of strangers, each from another network: `network(n)` is the address of the nth. */
function floodFrom(desk: Desk, count: number, network: (n: number) => string): void {
  const { auditQueue, clock, defaultTenantId } = desk.runtime;
  const { kind: actorKind, label: actorLabel, tenantId } = stranger(defaultTenantId);
  const refusal = { tenantId, actorKind, actorLabel, outcome: 'denied', code: 'token_invalid' } as const;
  for (let n = 0; n < count; n++)
    auditQueue.addRefusal({
      ...refusal,
      action: 'auth.refused',
      time: clock.now(),
      address: network(n),
    });
}

const gatheredIn = (rows: Row[]) =>
  rows.reduce((sum, { detail }) => sum + (detail.gathered ?? detail.count ?? 1), 0);

test('a flood of strangers leaves room for those who are known, and none of it is dropped', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'stolen' });
  await desk.ada.revokeToken(credential.id);
  floodFrom(desk, 20_000, (n) => `2001:db8:${n.toString(16)}::1`);
  await desk.send('GET /api/v1/me', { token });
  const atOnce = await rowsOf(desk, 'auth.refused');
  assert.equal(atOnce.filter((one) => one.resource_label === 'stolen').length, 1);
  assert.equal(atOnce.length, 1_001, 'a thousand strangers, and the known caller');
  desk.clock.advance({ minutes: 1 });
  const rows = await rowsOf(desk, 'auth.refused');
  assert.ok(rows.length <= 1_003, 'and a row with a count of each kind of gathering');
  assert.equal(gatheredIn(rows), 20_001);
  assert.doesNotMatch(desk.logged.join(''), /were dropped/);
});

test('the networks of one provider are one stranger', async () => {
  await using desk = await openDesk();
  floodFrom(desk, 5_000, (n) => `2001:db8:0:${n.toString(16)}::1`);
  desk.clock.advance({ minutes: 1 });
  const rows = await rowsOf(desk, 'auth.refused');
  assert.equal(rows.length, 101);
  assert.equal(gatheredIn(rows), 5_000);
});

test('one caller adds a hundred rows a minute that belong to no change, with any content', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_RATE_LIMIT: 'off' } });
  const { token, credential } = await desk.ada.createToken({ name: 'reader' });
  for (let n = 0; n < 150; n++)
    assert.equal((await desk.send(`GET /api/v1/audit?search=word${n}`, { token })).status, 200);
  assert.equal((await rowsOf(desk, 'audit.view')).length, 100);
  const other = await desk.ada.createToken({ name: 'another' });
  await desk.send('GET /api/v1/audit?search=word', { token: other.token });
  assert.equal((await rowsOf(desk, 'audit.view')).length, 101, 'another caller has rows of their own');
  desk.clock.advance({ minutes: 1 });
  const after = await rowsOf(desk, 'audit.view');
  assert.equal(after.length, 102);
  const gathered = after.find(({ detail }) => detail.gathered !== undefined);
  assert.equal(gathered?.detail.gathered, 50);
  assert.equal(gathered?.credential_id, credential.id);
});

test('a change keeps its own row, however many its caller makes in a minute', async () => {
  await using desk = await openDesk();
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  for (let n = 0; n < 120; n++)
    await desk.ada.send(`PATCH /api/v1/tokens/${credential.id}`, { body: { name: `laptop ${n}` } });
  const rows = await rowsOf(desk, 'token.update');
  assert.equal(rows.length, 120);
});
