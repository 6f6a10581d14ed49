import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { test } from 'node:test';
import { createCtx, noReply } from '#server/core/access/context.ts';
import { authenticate } from '#server/core/authentication/authenticate.ts';
import { noteDenied } from '#server/core/authentication/note-denied.ts';
import { AppError, type ErrorCode } from '#server/errors.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

interface Row {
  code: string;
  actor_label: string;
  outcome: string;
  detail: { permission?: string };
}

async function denials(desk: Desk): Promise<Row[]> {
  await desk.settle();
  return desk.sql<Row>("select * from audit_events where action = 'access.denied' order by sequence");
}

test('a denied permission is a row that says which, whichever door it was tried at', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token } = await bob.createToken({ name: 'reader', permissions: ['tokens:read'] });
  for (let call = 0; call < 3; call++) await bob.send('GET /api/v1/audit');
  await bob.send('GET /trpc/audit.actions');
  await desk.send('DELETE /api/v1/tokens/019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', { token });
  await desk.send('POST /api/v1/tokens', { token, body: { name: 'x' } });
  await bob.send('GET /admin/users');
  const rows = await denials(desk);
  assert.ok(rows.every((row) => row.outcome === 'denied'));
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
  assert.deepEqual(await denials(desk), []);
});

test('what is refused for another reason is no denial', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'x' });
  const request = { id: randomUUIDv7(), address: '203.0.113.7', userAgent: null, endpoint: 'GET /' };
  const shown = { authorization: `Bearer ${token}`, cookie: undefined, isAsked: true };
  const principal = await authenticate(desk.runtime, shown, request);
  const refuse = (who: typeof principal, code: ErrorCode) => {
    const ctx = createCtx(desk.runtime, { request, principal: who, reply: noReply });
    noteDenied(ctx, new AppError(code, 'No.'), { permission: 'verify' });
  };
  refuse(principal, 'not_found');
  refuse(null, 'permission_denied');
  assert.deepEqual(await denials(desk), []);
  refuse(principal, 'permission_denied');
  assert.equal((await denials(desk)).length, 1);
});
