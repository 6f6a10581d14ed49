import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import type { TenantId } from '#server/core/access/principal.ts';
import { codeLifeMs, issueCode } from '#server/core/one-time-codes/issue.ts';
import { appRouter } from '#server/doors/trpc/app-router.ts';
import { createConfiguredAdmin, issueSetupCode } from '#server/people/first-admin/commands.ts';
import { Secret } from '#server/secret.ts';
import { cookieOf, textOf, type Answer } from '#server/testing/caller.ts';
import { openDesk, openEmptyDesk, type Desk } from '#server/testing/desk.ts';
import { openIssuer } from '#server/testing/issuer.ts';
import { openMailbox } from '#server/testing/mailbox.ts';
import { codeOf, goodPassword, signIn } from '#server/testing/person.ts';
import { roundTrip, sessionOf } from '#server/testing/round-trip.ts';

const newPassword = 'eleven herons on the weir';
const issuer = {
  KEYWARD_OIDC_ISSUER: 'http://127.0.0.1:9',
  KEYWARD_OIDC_CLIENT_ID: 'keyward',
  KEYWARD_OIDC_CLIENT_SECRET: 'none',
  KEYWARD_OIDC_NAME: 'Test issuer',
};
const off = { ...issuer, KEYWARD_PASSWORDS: 'off' };

async function resetCode({ runtime, ada }: Desk): Promise<string> {
  const holder = { tenantId: ada.tenantId as TenantId, userId: ada.id };
  const code = { ...holder, purpose: 'reset', lifeMs: codeLifeMs.reset, issuer: null } as const;
  return (await runtime.db.transaction((tx) => issueCode(tx, code, runtime.clock.now()))).reveal();
}

/** Every procedure that takes a password, or leads to one, with a call that is good where passwords are on. */
const takers: Record<string, (desk: Desk, code: string) => object> = {
  'sessions.login': ({ ada }) => ({ email: ada.email, password: goodPassword }),
  'sessions.confirm': () => ({ password: goodPassword }),
  'account.changePassword': () => ({ currentPassword: goodPassword, newPassword }),
  'users.create': () => ({ name: 'Eve', email: 'eve@example.com', role: 'member', password: newPassword }),
  'users.setPassword': ({ ada }) => ({ id: ada.id, password: newPassword }),
  'users.resetPassword': ({ ada }) => ({ id: ada.id }),
  'users.acceptInvite': (_, code) => ({ code, name: 'Ada', password: newPassword }),
  'users.checkReset': (_, code) => ({ code }),
  'users.completeReset': (_, code) => ({ code, password: newPassword }),
};
/** Only before there is a first admin: tried below. */
const atSetup = 'setup.complete';

test('every procedure that takes a password is tried here', () => {
  type Procedure = { _def: { inputs: z.ZodType[] } };
  const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);
  const takes = ({ _def: { inputs } }: Procedure) =>
    inputs.some(
      (input) =>
        'shape' in input && Object.keys(input.shape as object).some((name) => /password/i.test(name)),
    );
  const found = procedures.filter(([, procedure]) => takes(procedure)).map(([name]) => name);
  assert.ok(found.length >= 7);
  assert.deepEqual(
    found.filter((name) => name !== atSetup && !takers[name]),
    [],
  );
});

test('while passwords are off none can be used, set or requested, by any call', async (t) => {
  await using desk = await openDesk();
  await using server = await desk.another({ settings: off });
  const code = await resetCode(desk);
  const state = () => desk.sql('select id, email, password_hash from users order by id');
  const before = await state();
  for (const [name, input] of Object.entries(takers)) {
    await t.test(name, async () => {
      const answer = await server.send(`POST /trpc/${name}`, {
        body: input(desk, code),
        cookie: desk.ada.cookie,
      });
      assert.equal(answer.problem?.code, 'passwords_off', answer.text);
      assert.equal(answer.status, 403);
      assert.match(answer.problem?.detail ?? '', /Sign in with Test issuer/);
    });
  }
  assert.deepEqual(await state(), before);
  assert.equal((await desk.sql('select from sessions')).length, 1, 'that of Ada, which goes on');
  assert.equal((await server.send('GET /api/v1/me', { cookie: desk.ada.cookie })).status, 200);
});

test('what is refused says nothing of the account, and counts nothing', async () => {
  await using desk = await openDesk();
  await using server = await desk.another({ settings: off });
  const bob = await desk.join('Bob', 'member');
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  await desk.sql('delete from sign_in_tallies');
  const answerTo = async (email: string, password: string) => {
    const { status, headers, body } = await server.send('POST /api/v1/auth/login', {
      body: { email, password },
    });
    const names = [...headers.keys()].filter((name) => name !== 'x-request-id');
    return { status, names, body: { ...body, requestId: '' } };
  };
  const right = await answerTo(desk.ada.email, goodPassword);
  for (const [email, password] of [
    [desk.ada.email, 'not this one'],
    ['nobody@example.com', goodPassword],
    [bob.email, goodPassword],
  ] as const)
    assert.deepEqual(await answerTo(email, password), right);
  assert.equal((await desk.sql('select from sign_in_tallies')).length, 0);
});

test('turned on again, the passwords and links from before work', async () => {
  await using desk = await openDesk();
  const code = await resetCode(desk);
  const login = { body: { email: desk.ada.email, password: goodPassword } };
  {
    await using server = await desk.another({ settings: off });
    assert.equal((await server.send('POST /api/v1/auth/login', login)).status, 403);
    assert.deepEqual((await server.send('GET /api/v1/auth/ways')).body['ways'], ['oidc']);
    const account = await server.send('GET /api/v1/account', { cookie: desk.ada.cookie });
    assert.deepEqual(account.body['ways'], ['oidc']);
    assert.deepEqual(account.body['openWays'], ['oidc']);
  }
  assert.equal((await desk.send('POST /api/v1/auth/login', login)).status, 200);
  const reset = await desk.send('POST /trpc/users.completeReset', { body: { code, password: newPassword } });
  assert.equal(reset.status, 200, reset.text);
  await signIn(desk, desk.ada.email, newPassword);
});

test('what needs a recent sign-in is done after signing in at the issuer again', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: { ...issuer.settings, KEYWARD_PASSWORDS: 'off' } });
  desk.clock.advance({ hours: 13 });
  const make = (cookie: string): Promise<Answer> =>
    desk.send('POST /api/v1/tokens', { body: { name: 'laptop' }, cookie });
  assert.equal((await make(desk.ada.cookie)).problem?.code, 'sign_in_again');
  const confirmed = await desk.ada.send('POST /api/v1/auth/confirm', { body: { password: goodPassword } });
  assert.equal(confirmed.problem?.code, 'passwords_off');
  // The issuer's clock stands where the desk's began.
  issuer.forges = { claims: { auth_time: Math.floor(desk.clock.now().getTime() / 1_000) } };
  const again = await roundTrip(desk, issuer, { again: true });
  assert.equal((await make(sessionOf(again) ?? '')).status, 201);
});

test('the first admin is made without a password, and signs in by their address', async () => {
  await using issuer = await openIssuer();
  const settings = { ...issuer.settings, KEYWARD_PASSWORDS: 'off' };
  await using desk = await openEmptyDesk({ settings });
  const code = (await issueSetupCode(desk.runtime))?.reveal();
  const person = { code, name: 'Ada', email: 'ada@example.com' };
  const complete = (body: object) => desk.send('POST /trpc/setup.complete', { body });
  const refused = await complete({ ...person, password: goodPassword });
  assert.equal(refused.problem?.code, 'passwords_off');
  const made = await complete(person);
  assert.equal(made.status, 200, made.text);
  assert.equal((await desk.send('GET /api/v1/me', { cookie: cookieOf(made) })).status, 200);
  assert.ok(sessionOf(await roundTrip(desk, issuer)));
});

test('where passwords are on, the first admin needs one', async () => {
  await using desk = await openEmptyDesk();
  const code = (await issueSetupCode(desk.runtime))?.reveal();
  const body = { code, name: 'Ada', email: 'ada@example.com' };
  const refused = await desk.send('POST /trpc/setup.complete', { body });
  assert.deepEqual(refused.problem?.errors, [{ path: 'password', message: 'Choose a password.' }]);
});

test('the configuration makes the first admin by an address alone, and by a password only where there are any', async () => {
  await using desk = await openEmptyDesk({ settings: off });
  const email = 'ops@example.com';
  await assert.rejects(createConfiguredAdmin(desk.runtime, { email, password: new Secret(goodPassword) }), {
    code: 'passwords_off',
  });
  await createConfiguredAdmin(desk.runtime, { email, password: null });
  assert.deepEqual(await desk.sql('select email, password_hash from users'), [
    { email, password_hash: null },
  ]);
});

test('an invite says by page and mail how to sign in, and leads to a mailed link', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: { ...mailbox.settings, ...off } });
  const person = { name: 'Bob', email: 'bob@example.com', role: 'member' };
  const added = await desk.ada.send('POST /api/v1/users', { body: person });
  const code = codeOf(textOf(added.body['inviteUrl']));
  await desk.runJobs();
  const [mail] = mailbox.mails;
  assert.match(mail?.text ?? '', /sign in with Test issuer as bob@example\.com/);
  assert.match(mail?.text ?? '', /\/invite#code=\w+/);
  assert.doesNotMatch(mail?.text ?? '', /choose a password/i);
  assert.equal((await desk.send('POST /trpc/users.checkInvite', { body: { code } })).status, 200);
  await desk.send('POST /api/v1/auth/magic', { body: { email: person.email } });
  await desk.settle();
  await desk.runJobs();
  const magic = /\/magic#code=(\w+)/.exec(mailbox.mails.at(-1)?.text ?? '')?.[1];
  assert.equal((await desk.send('POST /api/v1/auth/magic/redeem', { body: { code: magic } })).status, 200);
});

test('a reset link that waits to be mailed when passwords are turned off is not', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const bob = await desk.join('Bob', 'member');
  await desk.runJobs();
  const before = mailbox.mails.length;
  await desk.ada.send(`POST /api/v1/users/${bob.id}/reset-password`, { body: {} });
  await using server = await desk.another({ settings: off });
  const { runJobs } = await import('#server/doors/jobs/queue.ts');
  await runJobs(server.runtime);
  assert.equal(mailbox.mails.length, before);
});

test('with mailed links off none is issued, and one from before is refused', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: { ...mailbox.settings, ...issuer } });
  await desk.send('POST /api/v1/auth/magic', { body: { email: desk.ada.email } });
  await desk.settle();
  await desk.runJobs();
  const code = /\/magic#code=(\w+)/.exec(mailbox.mails.at(-1)?.text ?? '')?.[1];
  await using server = await desk.another({
    settings: { ...mailbox.settings, ...off, KEYWARD_MAGIC_LINKS: 'off' },
  });
  for (const [path, body] of [
    ['/auth/magic', { email: desk.ada.email }],
    ['/auth/magic/redeem', { code }],
  ] as const)
    assert.equal((await server.send(`POST /api/v1${path}`, { body })).status, 404, path);
  assert.deepEqual((await server.send('GET /api/v1/auth/ways')).body['ways'], ['oidc']);
  assert.equal((await desk.send('POST /api/v1/auth/magic/redeem', { body: { code } })).status, 200);
});
