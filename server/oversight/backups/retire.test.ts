import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openAuditKey } from '#server/oversight/audit-seals/key.ts';
import { checkBackup } from '#server/oversight/backups/read-backup.ts';
import { restoreBackup } from '#server/oversight/backups/restore-backup.ts';
import type { RestoreChoices } from '#server/oversight/backups/schema.ts';
import { writeBackup } from '#server/oversight/backups/write-backup.ts';
import { recoverPassword } from '#server/people/offboarding/recover-access.ts';
import { testAddress } from '#server/testing/cluster.ts';
import { createDatabase } from '#server/testing/database.ts';
import { openDesk, openEmptyDesk, type Desk } from '#server/testing/desk.ts';
import { openIssuer } from '#server/testing/issuer.ts';
import { codeOf, expect, signIn } from '#server/testing/person.ts';
import { errorOf, link, roundTrip, sessionOf } from '#server/testing/round-trip.ts';

/** Backs a desk up, and restores that into a database of its own, on a machine that has no master key. */
async function restoreElsewhere({ runtime }: Desk, choices: RestoreChoices) {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'keyward-retire-'));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const target = opening.use(await createDatabase());
  const key = openAuditKey(runtime.config);
  const file = join(folder, 'one.backup');
  const onProgress = () => {};
  const from = { ...testAddress(), database: runtime.pool.options.database ?? '' };
  await writeBackup(file, { address: from, key, onProgress });
  const config = { ...runtime.config, masterKey: undefined, dataFolder: folder };
  const work = { address: target.address, config, choices, onProgress };
  const { retired } = await restoreBackup(await checkBackup(file, { key, onTrust: false }), work);
  const opened = opening.move();
  return { retired, address: target.address, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

test('after a restore a linked sign-in lets nobody in, and its account takes no other, until it is linked again', async () => {
  await using issuer = await openIssuer();
  await using desk = await openDesk({ settings: issuer.settings });
  const bob = await desk.join('Bob', 'member');
  const ada = issuer.person;
  const robert = { sub: 'robert', email: bob.email, email_verified: true };
  for (const person of [ada, robert]) {
    issuer.person = person;
    assert.ok(sessionOf(await roundTrip(desk, issuer)));
  }
  // So that there is a signing key, which only the master key opens.
  const { token } = await desk.ada.createToken({ name: 'exchanged' });
  const exchange = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  };
  const exchanged = await desk.send('POST /oauth/token', {
    text: new URLSearchParams(exchange).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(exchanged.status, 200, exchanged.text);

  // Bob is named and no admin, and so does not stay.
  const admins = [desk.ada.email, bob.email];
  await using target = await restoreElsewhere(desk, { secrets: 'retire', people: 'deactivate', admins });
  const { user, 'linked sign-in': linked, 'signing key': keys } = target.retired;
  assert.deepEqual({ user, linked, keys }, { user: 1, linked: 2, keys: 1 });
  await using server = await openEmptyDesk({
    copied: target.address.database,
    settings: { ...issuer.settings, KEYWARD_OIDC_AUTO_CREATE_DOMAINS: 'new.example' },
  });
  issuer.person = { ...robert, email: 'bob@new.example' };
  assert.equal(errorOf(await roundTrip(server, issuer)), 'account_deactivated');
  issuer.person = { ...ada, sub: 'somebody-else' };
  assert.equal(errorOf(await roundTrip(server, issuer)), 'identity_taken');
  issuer.person = ada;
  assert.equal(errorOf(await roundTrip(server, issuer)), 'identity_retired');

  const code = codeOf(
    (await recoverPassword(server.runtime, { email: desk.ada.email, password: null })) ?? '',
  );
  const password = 'nine harbours under snow';
  expect(200, await server.send('POST /trpc/users.completeReset', { body: { code, password } }));
  const back = await signIn(server, desk.ada.email, password);
  assert.deepEqual((await back.send('GET /api/v1/account')).body['identities'], []);
  assert.equal(await link(server, issuer, back), '/account');
  assert.ok(sessionOf(await roundTrip(server, issuer)));
});
