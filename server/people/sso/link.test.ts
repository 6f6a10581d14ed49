import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieOf } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';
import { openIssuer } from '#server/testing/issuer.ts';
import { comeBack, link, roundTrip, sessionOf, urlOf } from '#server/testing/round-trip.ts';

test('one links a sign-in to one’s account, and takes it off again', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const bob = await desk.join('Bob', 'member');
  issuer.person = { sub: 'robert', email: 'robert@elsewhere.example', email_verified: false };
  const started = await bob.send('POST /api/v1/account/identities', { body: {} });
  assert.equal(started.status, 200, started.text);
  const back = await issuer.visit(urlOf(started));
  const stranger = await comeBack(desk, back, cookieOf(started));
  assert.match(stranger.headers.get('location') ?? '', /^\/account\?error=oidc_failed/);

  assert.equal(await link(desk, issuer, bob), '/account');
  assert.ok(sessionOf(await roundTrip(desk, issuer)));

  const { body } = await bob.send('GET /api/v1/account');
  const [identity] = body['identities'] as unknown as { id: string }[];
  const other = await desk.ada.send(`DELETE /api/v1/account/identities/${identity?.id}`);
  assert.equal(other.status, 404);
  await desk.sql('update users set password_hash = null where id = $1', [bob.id]);
  const last = await bob.send(`DELETE /api/v1/account/identities/${identity?.id}`);
  assert.equal(last.problem?.code, 'last_way_in');
  await desk.sql("update users set password_hash = 'x' where id = $1", [bob.id]);
  assert.equal((await bob.send(`DELETE /api/v1/account/identities/${identity?.id}`)).status, 200);
  const refused = await roundTrip(desk, issuer);
  assert.match(refused.headers.get('location') ?? '', /^\/login\?error=oidc_unverified/);
});

test('what somebody had linked is free for others once they are deleted', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const { ada } = desk;
  const [bob, eve] = [await desk.join('Bob', 'member'), await desk.join('Eve', 'member')];
  assert.equal(await link(desk, issuer, bob), '/account');
  assert.match((await link(desk, issuer, eve)) ?? '', /error=identity_taken/);
  await ada.send(`DELETE /api/v1/users/${bob.id}`);
  assert.equal(await link(desk, issuer, eve), '/account');
  // As it was for whoever was deleted before deleting freed what they had linked.
  await desk.sql('update users set deleted_at = now(), deactivated_at = now() where id = $1', [eve.id]);
  assert.equal(await link(desk, issuer, ada), '/account');
  const rows = await desk.sql<{ user_id: string; live: boolean }>(
    'select user_id, unlinked_at is null as live from user_identities order by linked_at, id',
  );
  const expected = [bob, eve, ada].map(({ id }) => ({ user_id: id, live: id === ada.id }));
  assert.deepEqual(rows, expected);
});
