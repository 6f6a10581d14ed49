import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CallOptions } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';
import {
  givenKinds,
  handOut,
  handoutKinds,
  ownKinds,
  type Handout,
  type HandoutKind,
} from '#server/testing/handouts.ts';
import { expect, goodPassword, signIn, type Person } from '#server/testing/person.ts';

// One desk for all: each test has an admin of its own.
const settings = { KEYWARD_ADDRESS_RATE_LIMIT: 'off', KEYWARD_TRUSTED_PROXIES: '127.0.0.0/8' };
const desk = await openDesk({ settings });
after(() => desk[Symbol.asyncDispose]());
const { ada } = desk;

let joined = 0;
const joinAdmin = () => desk.join(`Eve-${++joined}`, 'admin');
const asAda = async (call: string, body?: object) => {
  await ada.confirm();
  const answer = await ada.send(call, body && { body });
  return expect(answer.status < 300 ? answer.status : 200, answer);
};
const deactivate = ({ id }: Person) => asAda(`POST /api/v1/users/${id}/deactivate`, {});
const activate = ({ id }: Person) => asAda(`POST /api/v1/users/${id}/activate`, {});
const setRole = ({ id }: Person, role: string) => asAda(`PATCH /api/v1/users/${id}`, { role });

async function handOutAll(by: Parameters<typeof handOut>[1], kinds: readonly HandoutKind[]) {
  const all: Handout[] = [];
  for (const kind of kinds) all.push(await handOut(desk, by, kind));
  return all;
}

async function assertUsable(all: readonly Handout[], expected: boolean): Promise<void> {
  for (const { kind, use } of all) assert.equal(await use(), expected, kind);
}

/** Calls with a token. */
async function byToken(eve: Person) {
  const { token, credential } = await eve.createToken({ name: 'provisioning' });
  const send = (call: string, options: CallOptions = {}) => desk.send(call, { token, ...options });
  return { send, id: credential.id };
}

test('what someone handed out works while they may hand it out', async () => {
  const eve = await joinAdmin();
  await assertUsable(await handOutAll(eve, handoutKinds), true);
  await assertUsable(await handOutAll(await byToken(eve), givenKinds), true);
});

test('what someone handed out ends with their right to, and does not come back with it', async (t) => {
  const ends: [string, readonly HandoutKind[], (eve: Person) => Promise<unknown>][] = [
    ['deactivated', handoutKinds, deactivate],
    ['deactivated and activated', handoutKinds, async (eve) => [await deactivate(eve), await activate(eve)]],
    ['deleted', handoutKinds, ({ id }) => asAda(`DELETE /api/v1/users/${id}`)],
    ['demoted', givenKinds, (eve) => setRole(eve, 'manager')],
    ['demoted as far as making no tokens', handoutKinds, (eve) => setRole(eve, 'viewer')],
    [
      'demoted and promoted',
      handoutKinds,
      async (eve) => [await setRole(eve, 'viewer'), await setRole(eve, 'admin')],
    ],
    [
      'deactivated in psql, and activated',
      handoutKinds,
      async ({ id }) => {
        await desk.sql('update users set deactivated_at = now() where id = $1', [id]);
        await desk.sql('update users set deactivated_at = null where id = $1', [id]);
      },
    ],
    [
      'of a tenant that was suspended for a moment',
      handoutKinds,
      async ({ tenantId }) => {
        await desk.sql('update tenants set suspended_at = now() where id = $1', [tenantId]);
        await desk.sql('update tenants set suspended_at = null where id = $1', [tenantId]);
      },
    ],
  ];
  for (const [what, kinds, end] of ends) {
    await t.test(what, async () => {
      const eve = await joinAdmin();
      const all = await handOutAll(eve, kinds);
      await end(eve);
      await assertUsable(all, false);
    });
  }
});

test('a demotion leaves what the new role may still hand out, and another’s', async () => {
  const [eve, mallory] = [await joinAdmin(), await joinAdmin()];
  const own = await handOutAll(eve, ownKinds);
  const others = await handOutAll(mallory, handoutKinds);
  await setRole(eve, 'member');
  await assertUsable([...own, ...others], true);
});

test('what a token handed out ends when it is revoked or switched off, and with nothing of another token', async (t) => {
  const ends: [string, (eve: Person, id: string) => Promise<unknown>][] = [
    ['revoked by its owner', (eve, id) => eve.revokeToken(id)],
    ['revoked by an admin', (_, id) => asAda(`DELETE /api/v1/admin/tokens/${id}`)],
    ['switched off', (_, id) => asAda(`POST /api/v1/admin/tokens/${id}/disable`, {})],
    ['revoked in psql', (_, id) => desk.sql('update credentials set revoked_at = now() where id = $1', [id])],
  ];
  for (const [what, end] of ends) {
    await t.test(what, async () => {
      const eve = await joinAdmin();
      const provisioning = await byToken(eve);
      const all = await handOutAll(provisioning, givenKinds);
      const other = await handOutAll(eve, givenKinds);
      await end(eve, provisioning.id);
      await assertUsable(all, false);
      await assertUsable(other, true);
    });
  }
});

test('signing out ends what one made for oneself there, and not what one gave to others', async () => {
  const eve = await joinAdmin();
  const second = await signIn(desk, eve.email, goodPassword);
  const [own, given] = [await handOutAll(eve, ownKinds), await handOutAll(eve, givenKinds)];
  const elsewhere = await handOutAll(second, ownKinds);
  expect(204, await eve.send('POST /api/v1/auth/logout', { body: {} }));
  await assertUsable(own, false);
  await assertUsable([...given, ...elsewhere], true);
});

test('a session that is revoked takes along all that it handed out', async (t) => {
  const sessionOf = async ({ send }: Person) => {
    const { body } = await send('GET /api/v1/account/sessions');
    const items = body['items'] as unknown as { id: string; isCurrent: boolean }[];
    return items.find(({ isCurrent }) => isCurrent)?.id ?? '';
  };
  const ends: [string, (eve: Person, second: Person) => Promise<unknown>][] = [
    [
      'by an admin, one',
      async (eve) => asAda(`DELETE /api/v1/users/${eve.id}/sessions/${await sessionOf(eve)}`),
    ],
    ['by an admin, all', (eve) => asAda(`POST /api/v1/users/${eve.id}/revoke-sessions`, {})],
    [
      'by an admin, with a new password',
      (eve) => asAda(`POST /api/v1/users/${eve.id}/set-password`, { password: 'not yours any more' }),
    ],
    [
      'by oneself, one',
      async (eve, second) =>
        expect(204, await second.send(`DELETE /api/v1/account/sessions/${await sessionOf(eve)}`)),
    ],
    [
      'by oneself, all others',
      async (_, second) =>
        expect(200, await second.send('POST /api/v1/account/sessions/revoke-others', { body: {} })),
    ],
    [
      'by oneself, with a new password',
      async (_, second) =>
        expect(
          204,
          await second.send('POST /api/v1/account/password', {
            body: { currentPassword: goodPassword, newPassword: 'eleven boats under a moon' },
          }),
        ),
    ],
  ];
  for (const [what, end] of ends) {
    await t.test(what, async () => {
      const eve = await joinAdmin();
      const second = await signIn(desk, eve.email, goodPassword);
      const [all, kept] = [await handOutAll(eve, handoutKinds), await handOutAll(ada, givenKinds)];
      await end(eve, second);
      await assertUsable(all, false);
      await assertUsable(kept, true);
    });
  }
});

test('signing out everywhere spares what the session handed out that stays', async () => {
  const eve = await joinAdmin();
  await signIn(desk, eve.email, goodPassword);
  const given = await handOutAll(eve, givenKinds);
  expect(200, await eve.send('POST /api/v1/account/sessions/revoke-others', { body: {} }));
  await assertUsable(given, true);
});

test('a chosen password works for a day, and its end is answered as a wrong password', async () => {
  await using own = await openDesk({ settings });
  const [late, inTime] = [await handOut(own, own.ada, 'password'), await handOut(own, own.ada, 'password')];
  own.clock.advance({ hours: 23, minutes: 59 });
  assert.equal(await inTime.use(), true);
  own.clock.advance({ minutes: 1 });
  assert.equal(await late.use(), false);
});

test('the link of a chosen password that was used ends with the admin who chose it', async () => {
  const eve = await joinAdmin();
  const bob = await desk.join('Bob-1', 'member');
  const password = 'chosen by an admin for you';
  expect(204, await eve.send(`POST /api/v1/users/${bob.id}/set-password`, { body: { password } }));
  const login = await desk.send('POST /api/v1/auth/login', { body: { email: bob.email, password } });
  const code = new URL(login.problem?.resetUrl ?? '').hash.slice('#code='.length);
  await deactivate(eve);
  const body = { code, password: 'eleven boats under a moon' };
  assert.equal((await desk.send('POST /trpc/users.completeReset', { body })).problem?.code, 'code_invalid');
});

test('while its issuer is being deactivated a code waits for it, and then is refused, also without its trigger', async () => {
  await using own = await openDesk({ settings });
  const eve = await own.join('Eve', 'admin');
  const handout = await handOut(own, eve, 'invite');
  await own.sql('alter table users disable trigger users_end_codes');
  await own.sql('begin');
  await own.sql('update users set deactivated_at = now() where id = $1', [eve.id]);
  const using = handout.use();
  await own.untilBlocked();
  await own.sql('commit');
  assert.equal(await using, false);
});

test('who is being deactivated leaves no code behind that was made meanwhile', async () => {
  await using own = await openDesk({ settings });
  const eve = await own.join('Eve', 'admin');
  await own.sql('begin');
  await own.sql('update users set deactivated_at = now() where id = $1', [eve.id]);
  const making = eve.send('POST /api/v1/setup-codes', { body: {} });
  await own.untilBlocked();
  await own.sql('commit');
  assert.equal((await making).problem?.code, 'account_deactivated');
  assert.deepEqual(await own.sql('select from one_time_codes where consumed_at is null'), []);
});

test('of a redemption and the deactivation of its issuer, on two servers, one waits for the other', async () => {
  await using own = await openDesk({ settings });
  await using second = await own.another();
  for (let round = 0; round < 8; round++) {
    const eve = await own.join(`Eve-${round}`, 'admin');
    const handout = await handOut(second, eve, 'invite');
    const [joinedNow] = await Promise.all([
      handout.use(),
      own.ada.send(`POST /api/v1/users/${eve.id}/deactivate`, { body: {} }),
    ]);
    const order = await own.sql<{ action: string }>(
      `select action from audit_events where (action = 'user.deactivate' and resource_id = $1)
       or (action = 'user.accept_invite' and detail->'issuedBy'->>'id' = $1::text) order by sequence`,
      [eve.id],
    );
    const expected = joinedNow ? ['user.accept_invite', 'user.deactivate'] : ['user.deactivate'];
    assert.deepEqual(
      order.map(({ action }) => action),
      expected,
    );
  }
});

test('an open code has an issuer, by a session or a credential, as far as a person has to hand it out', async () => {
  const eve = await joinAdmin();
  await handOut(desk, eve, 'setup');
  const check = /one_time_codes_issuer_check/;
  const open = 'where issued_by = $1 and consumed_at is null';
  const noIssuer = 'issued_by = null, issued_session_id = null, required_role = null';
  await assert.rejects(desk.sql(`update one_time_codes set ${noIssuer} ${open}`, [eve.id]), check);
  await assert.rejects(
    desk.sql(`update one_time_codes set issued_session_id = null ${open}`, [eve.id]),
    check,
  );
  await assert.rejects(desk.sql(`update one_time_codes set required_role = null ${open}`, [eve.id]), check);
});
