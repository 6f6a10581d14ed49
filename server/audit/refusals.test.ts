import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk, type Desk } from '#server/testing/desk.ts';

interface Row {
  code: string;
  actor_label: string;
  resource_label: string | null;
  detail: { count?: number; permission?: string };
}

async function rowsOf(desk: Desk, action: string): Promise<Row[]> {
  await desk.settle();
  return desk.sql<Row>('select * from audit_events where action = $1 order by sequence', [action]);
}

const countOf = (rows: Row[]) => rows.reduce((sum, row) => sum + (row.detail.count ?? 1), 0);

/** Many calls, a hundred at a time. */
async function flood(calls: number, call: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < calls; done += 100) await Promise.all(Array.from({ length: 100 }, call));
}

test('ten thousand refused calls make one row at once and one a minute, and none of them is lost', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'stolen' });
  await desk.ada.revokeToken(credential.id);
  await flood(10_000, () => desk.send('GET /api/v1/me', { token }));
  const [first, ...others] = await rowsOf(desk, 'auth.refused');
  assert.equal(first?.code, 'token_revoked');
  assert.equal(first?.resource_label, 'stolen');
  assert.deepEqual(others, []);
  desk.clock.advance({ minutes: 1 });
  const rows = await rowsOf(desk, 'auth.refused');
  assert.equal(rows.length, 2);
  assert.equal(countOf(rows), 10_000);
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

test('a denied permission is a row that says which, whichever door it was tried at', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token } = await bob.createToken({ name: 'reader', permissions: ['tokens:read'] });
  for (let call = 0; call < 3; call++) await bob.send('GET /api/v1/audit');
  await bob.send('GET /trpc/audit.actions');
  await desk.send('DELETE /api/v1/tokens/019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', { token });
  await desk.send('POST /api/v1/tokens', { token, body: { name: 'x' } });
  await bob.send('GET /admin/users');
  const rows = await rowsOf(desk, 'access.denied');
  assert.deepEqual(rows.map((row) => `${row.actor_label} ${row.code} ${row.detail.permission}`).toSorted(), [
    'bob@example.com permission_denied audit:read',
    'bob@example.com permission_denied tokens:revoke',
    'bob@example.com permission_denied users:read',
    'bob@example.com session_required tokens:write',
  ]);
});

test('whoever is nobody, and whoever may, makes no row of denial', async () => {
  await using desk = await openDesk();
  await desk.send('GET /api/v1/audit');
  await desk.ada.send('GET /api/v1/audit');
  assert.deepEqual(await rowsOf(desk, 'access.denied'), []);
});
