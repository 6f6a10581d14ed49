import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openIssuer, type TestIssuer } from '#server/testing/issuer.ts';
import { codeOf, type Person } from '#server/testing/person.ts';
import { begin, comeBack, errorOf, link, roundTrip, sessionOf } from '#server/testing/round-trip.ts';

async function openLinked(issuer: TestIssuer, settings: Record<string, string> = {}) {
  const desk = await openDesk({ settings: { ...issuer.settings, ...settings } });
  const bob = await desk.join('Bob', 'member');
  issuer.person = { sub: 'bob-there', email: bob.email, email_verified: true };
  assert.ok(sessionOf(await roundTrip(desk, issuer)));
  return { desk, bob };
}

async function unlink(bob: Person): Promise<void> {
  const { body } = await bob.send('GET /api/v1/account');
  const [identity] = body['identities'] as unknown as { id: string }[];
  assert.equal((await bob.send(`DELETE /api/v1/account/identities/${identity?.id}`)).status, 200);
}

const whoIs = async (desk: Desk, cookie: string | undefined) =>
  (await desk.send('GET /api/v1/me', { cookie: cookie ?? '' })).body['user']?.['email'];

test('an unlinked sign-in stays unlinked, for its subject and for its address', async (t) => {
  await using issuer = await openIssuer();
  const { desk, bob } = await openLinked(issuer, { KEYWARD_OIDC_AUTO_CREATE_DOMAINS: 'example.com' });
  await using _ = desk;
  await unlink(bob);
  const people = {
    'the same': { sub: 'bob-there', email: bob.email },
    'another subject with the address': { sub: 'other', email: bob.email },
    'another subject, the address in capitals': { sub: 'other', email: 'BOB@Example.COM' },
    'the same subject with an address that is not in use': { sub: 'bob-there', email: 'robert@example.com' },
    'the same subject with the address of another account': { sub: 'bob-there', email: desk.ada.email },
  };
  for (const [what, person] of Object.entries(people)) {
    await t.test(what, async () => {
      issuer.person = { ...person, email_verified: true };
      assert.equal(errorOf(await roundTrip(desk, issuer)), 'identity_unlinked');
    });
  }
  assert.equal((await desk.sql('select from users')).length, 2, 'no account was added for it');
  assert.equal((await desk.sql('select from user_identities where unlinked_at is null')).length, 0);
});

test('it is linked again by its owner in a session, and then signs them in', async () => {
  await using issuer = await openIssuer();
  const { desk, bob } = await openLinked(issuer);
  await using _ = desk;
  await unlink(bob);
  assert.equal(await link(desk, issuer, bob), '/account');
  assert.equal(await whoIs(desk, sessionOf(await roundTrip(desk, issuer))), bob.email);
});

test('it stays unlinked when the address here is changed, and a second account does not come of it', async () => {
  await using issuer = await openIssuer();
  const { desk, bob } = await openLinked(issuer, { KEYWARD_OIDC_AUTO_CREATE_DOMAINS: 'example.com' });
  await using _ = desk;
  await unlink(bob);
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { email: 'robert@example.com' } });
  for (const email of ['bob@example.com', 'robert@example.com']) {
    issuer.person = { sub: 'bob-there', email, email_verified: true };
    assert.equal(errorOf(await roundTrip(desk, issuer)), 'identity_unlinked', email);
  }
  issuer.person = { sub: 'other', email: 'robert@example.com', email_verified: true };
  assert.equal(errorOf(await roundTrip(desk, issuer)), 'identity_unlinked');
  assert.equal((await desk.sql('select from users')).length, 2);
});

test('an account that was deleted and added again is found by address, as a new one is', async () => {
  await using issuer = await openIssuer();
  const { desk, bob } = await openLinked(issuer);
  await using _ = desk;
  await unlink(bob);
  await desk.ada.send(`DELETE /api/v1/users/${bob.id}`);
  const again = await desk.join('Bob', 'member');
  const me = await desk.send('GET /api/v1/me', { cookie: sessionOf(await roundTrip(desk, issuer)) ?? '' });
  assert.equal(me.body['user']?.['id'], again.id);
});

test('unlinking while a sign-in by it is under way leaves no session of it behind', async () => {
  await using issuer = await openIssuer();
  const { desk, bob } = await openLinked(issuer);
  await using _ = desk;
  const flow = await begin(desk);
  const back = await issuer.visit(flow.url);
  await desk.sql('begin');
  await desk.sql('select from users where id = $1 for update', [bob.id]);
  await desk.sql('update user_identities set unlinked_at = now() where user_id = $1', [bob.id]);
  const signingIn = comeBack(desk, back, flow.cookie);
  await desk.untilBlocked();
  await desk.sql('commit');
  assert.equal(errorOf(await signingIn), 'identity_unlinked');
});

test('linking by address is in the audit log, as the person’s own', async () => {
  await using issuer = await openIssuer();
  const { desk, bob } = await openLinked(issuer);
  await using _ = desk;
  const rows = await desk.sql<{ actor_id: string; by: string }>(
    "select actor_id, detail->>'by' as by from audit_events where action = 'user.link_identity'",
  );
  assert.deepEqual(rows, [{ actor_id: bob.id, by: 'address' }]);
});

test('an invite links a sign-in with its address, once, and no other', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: { ...issuer.settings, KEYWARD_PASSWORDS: 'off' } });
  const body = { name: 'Bob', email: 'bob@example.com', role: 'member' };
  const added = await desk.ada.send('POST /api/v1/users', { body });
  const invite = codeOf(textOf(added.body['inviteUrl']));
  const come = (person: TestIssuer['person'], code = invite) => {
    issuer.person = person;
    return roundTrip(desk, issuer, { invite: code });
  };
  const eve = { sub: 'eve', email: 'eve@example.com', email_verified: true };
  assert.equal(errorOf(await come(eve)), 'oidc_other_address');
  assert.equal(errorOf(await come({ ...eve, email: body.email, email_verified: false })), 'oidc_unverified');
  const bob = { sub: 'bob', email: 'Bob@example.com', email_verified: true };
  assert.equal(errorOf(await come(bob, 'made-up')), 'code_invalid');
  assert.equal(await whoIs(desk, sessionOf(await come(bob))), body.email);
  assert.equal(errorOf(await come(bob)), 'code_invalid', 'it is used up');
  assert.ok(sessionOf(await roundTrip(desk, issuer)), 'and needed no longer');
});

test('where passwords are off, an invite brings back those whose sign-in was unlinked or retired', async (t) => {
  for (const change of ['unlinked_at', 'retired_at']) {
    await t.test(change, async () => {
      await using issuer = await openIssuer();
      const { desk, bob } = await openLinked(issuer);
      await using _ = desk;
      await using off = await desk.another({ settings: { KEYWARD_PASSWORDS: 'off' } });
      await desk.sql(`update user_identities set ${change} = now()`);
      assert.match(errorOf(await roundTrip(off, issuer)) ?? '', /identity_(unlinked|retired)/);
      const made = await off.send(`POST /api/v1/users/${bob.id}/invite`, {
        body: {},
        cookie: desk.ada.cookie,
      });
      const invite = codeOf(textOf(made.body['inviteUrl']));
      assert.equal(await whoIs(desk, sessionOf(await roundTrip(off, issuer, { invite }))), bob.email);
      assert.ok(sessionOf(await roundTrip(off, issuer)));
    });
  }
});
