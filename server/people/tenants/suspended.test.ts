import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf, type Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openIssuer } from '#server/testing/issuer.ts';
import { openMailbox } from '#server/testing/mailbox.ts';
import { codeOf, goodPassword } from '#server/testing/person.ts';
import { errorOf, roundTrip } from '#server/testing/round-trip.ts';

const suspend = (desk: Desk) => desk.sql('update tenants set suspended_at = now()');
const login = (desk: Desk, email: string, password: string) =>
  desk.send('POST /api/v1/auth/login', { body: { email, password } });
const likeness = ({ status, headers, body }: Answer) => ({
  status,
  headers: [...headers.keys()].filter((name) => name !== 'x-request-id'),
  body: { ...body, requestId: '' },
});

test('of a suspended tenant the right password gets no cookie and a reason, and a wrong one the usual answer', async () => {
  await using desk = await openDesk();
  const usual = likeness(await login(desk, desk.ada.email, 'not this one'));
  await suspend(desk);
  const right = await login(desk, desk.ada.email, goodPassword);
  assert.equal(right.status, 403);
  assert.equal(right.problem?.code, 'tenant_suspended');
  assert.deepEqual(right.headers.getSetCookie(), []);
  assert.deepEqual(likeness(await login(desk, desk.ada.email, 'not this one')), usual);
  assert.deepEqual(likeness(await login(desk, 'nobody@example.com', goodPassword)), usual);
  assert.equal((await desk.sql('select from sessions')).length, 1, 'that from before');
  await desk.settle();
  const rows = await desk.sql(
    "select from audit_events where action = 'auth.login_failed' and code = 'tenant_suspended'",
  );
  assert.equal(rows.length, 1);
  await desk.sql('update tenants set suspended_at = null');
  assert.equal((await login(desk, desk.ada.email, goodPassword)).status, 200);
});

test('a password that an admin chose ends with the suspension of the tenant', async () => {
  await using desk = await openDesk();
  const person = { name: 'Bob', email: 'bob@example.com', role: 'member', password: goodPassword };
  const added = await desk.ada.send('POST /api/v1/users', { body: person });
  assert.equal(added.status, 201);
  await suspend(desk);
  const refused = await login(desk, person.email, goodPassword);
  assert.equal(refused.problem?.code, 'login_failed');
  assert.equal(refused.problem?.resetUrl, undefined);
  await desk.sql('update tenants set suspended_at = null');
  assert.equal((await login(desk, person.email, goodPassword)).problem?.code, 'login_failed');
});

test('a suspended tenant refuses sign-ins by the issuer, a mailed link or an invite', async () => {
  await using issuer = await openIssuer();
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: { ...issuer.settings, ...mailbox.settings } });
  await desk.send('POST /api/v1/auth/magic', { body: { email: desk.ada.email } });
  await desk.settle();
  await desk.runJobs();
  const code = /\/magic#code=(\w+)/.exec(mailbox.mails.at(-1)?.text ?? '')?.[1];
  const person = { name: 'Bob', email: 'bob@example.com', role: 'member' };
  const added = await desk.ada.send('POST /api/v1/users', { body: person });
  const invite = codeOf(textOf(added.body['inviteUrl']));
  await suspend(desk);
  assert.equal(errorOf(await roundTrip(desk, issuer)), 'tenant_suspended');
  const byLink = await desk.send('POST /api/v1/auth/magic/redeem', { body: { code } });
  assert.equal(byLink.problem?.code, 'code_invalid');
  const body = { code: invite, name: 'Bob', password: 'eleven herons on the weir' };
  const byInvite = await desk.send('POST /trpc/users.acceptInvite', { body });
  assert.equal(byInvite.problem?.code, 'code_invalid');
  assert.equal((await desk.sql('select from sessions')).length, 1, 'that from before');
  await desk.sql('update tenants set suspended_at = null');
  const later = await desk.send('POST /api/v1/auth/magic/redeem', { body: { code } });
  assert.equal(later.problem?.code, 'code_invalid', 'what was handed out before has ended');
});
