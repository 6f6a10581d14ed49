import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'drizzle-orm';
import { newSecret } from '#server/core/secrets/format.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openMailbox } from '#server/testing/mailbox.ts';
import { expect } from '#server/testing/person.ts';

const report = (desk: Desk, tokens: string[], headers: Record<string, string> = {}) =>
  desk.send('POST /api/v1/revoke', { body: { tokens }, headers });
const tried = async (desk: Desk, token: string) => {
  const answer = await desk.send('GET /api/v1/me', { token });
  return answer.problem?.code ?? answer.status;
};

test('whoever holds a token ends it, without signing in; its owner is told, and it is audited', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const { token, credential } = await desk.ada.createToken({ name: 'ci', ipAllowlist: ['203.0.113.7'] });
  const { token: other } = await desk.ada.createToken({ name: 'other' });
  const answer = await report(desk, [token, 'kw_pat_nonsense', newSecret('pat').reveal()]);
  assert.equal(answer.status, 202);
  assert.deepEqual(answer.body, { received: 3 });
  assert.equal(await tried(desk, token), 'token_revoked');
  assert.equal(await tried(desk, other), 200);

  const [row] = await desk.sql<Record<string, unknown>>(
    "select * from audit_events where action = 'token.revoke'",
  );
  assert.equal(row?.['actor_kind'], 'anonymous');
  assert.equal(row?.['resource_id'], credential.id);
  const view = (await desk.ada.send(`GET /api/v1/tokens/${credential.id}`)).body;
  assert.equal(view['revokedBy'], null);
  assert.equal(view['revokeReason'], 'Reported by somebody who holds it');
  assert.match((await desk.ada.send('GET /api/v1/notices')).text, /revoked_by_holder/);
  await desk.runJobs();
  assert.match(mailbox.mails[0]?.subject ?? '', /was revoked by somebody who found it/);
  assert.ok(desk.logged.every((line) => !line.includes(token)));
});

test('the answer is the same whatever was sent, and what has ended is not ended again', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  await desk.ada.revokeToken(credential.id);
  for (const text of [token, newSecret('pat').reveal(), 'x']) {
    const answer = await report(desk, [text]);
    assert.deepEqual([answer.status, answer.text], [202, '{"received":1}']);
  }
  assert.equal((await desk.sql("select from audit_events where action = 'token.revoke'")).length, 1);
  assert.equal((await desk.sql('select from notices')).length, 0);
});

test('a secret in grace ends its token, one that a rotation has retired does not', async () => {
  await using desk = await openDesk();
  const rotate = async (name: string, graceSeconds: number) => {
    const { token, credential } = await desk.ada.createToken({ name });
    const path = `POST /api/v1/tokens/${credential.id}/rotate`;
    const { body } = expect(200, await desk.ada.send(path, { body: { graceSeconds } }));
    return { old: token, fresh: body['token'] as unknown as string };
  };
  const retired = await rotate('retired', 0);
  const inGrace = await rotate('in grace', 900);
  await report(desk, [retired.old, inGrace.old]);
  assert.equal(await tried(desk, retired.fresh), 200);
  assert.equal(await tried(desk, inGrace.fresh), 'token_revoked');
});

test('of 20 reports of the same two tokens at once each token is revoked once', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const tokens = [
    (await desk.ada.createToken({ name: 'one' })).token,
    (await desk.ada.createToken({ name: 'two' })).token,
  ];
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      (n % 2 ? desk : other).send('POST /api/v1/revoke', {
        body: { tokens: n % 3 ? tokens : tokens.toReversed() },
      }),
    ),
  );
  assert.ok(answers.every((answer) => answer.status === 202));
  assert.equal((await desk.sql("select from audit_events where action = 'token.revoke'")).length, 2);
});

test('strings that are no tokens never reach the database', async () => {
  await using desk = await openDesk();
  await desk.runtime.pool.query('select 1');
  let asked = 0;
  for (const pool of [desk.runtime.pool, desk.runtime.lookupPool]) pool.on('acquire', () => asked++);
  const { token } = { token: newSecret('pat').reveal() };
  const forged = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');
  assert.equal((await report(desk, [forged, "'; drop table secrets", ''])).status, 202);
  assert.equal(asked, 0);
});

test('too many strings, too long ones and unknown fields are refused, and so is a foreign page', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci' });
  assert.equal((await report(desk, Array<string>(101).fill(token))).status, 422);
  assert.equal((await report(desk, [])).status, 422);
  assert.equal((await report(desk, ['x'.repeat(501)])).status, 422);
  const more = await desk.send('POST /api/v1/revoke', { body: { tokens: [token], tenantId: 'x' } });
  assert.equal(more.status, 422);
  assert.equal((await report(desk, [token], { Origin: 'https://evil.example' })).status, 403);
  assert.equal(await tried(desk, token), 200);
});

test('an address asks 20 times a minute at most, whichever of its many IPv6 addresses it uses', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_TRUSTED_PROXIES: '127.0.0.1' } });
  const from = async (address: string) => (await report(desk, ['x'], { 'X-Forwarded-For': address })).status;
  for (let i = 0; i < 20; i++) assert.equal(await from(`2001:db8:1:2::${i}`), 202);
  const refused = await report(desk, ['x'], { 'X-Forwarded-For': '2001:db8:1:2:ffff::1' });
  assert.equal(refused.problem?.code, 'rate_limited');
  assert.equal(refused.headers.get('retry-after'), '60');
  assert.equal(await from('2001:db8:1:3::1'), 202, 'another network');
  desk.clock.advance({ minutes: 1 });
  assert.equal(await from('2001:db8:1:2::1'), 202, 'a minute later');
});

test('a report waits for the deletion of the owner, and neither ends the other', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token, credential } = await bob.createToken({ name: 'leaked' });
  const reporting = await desk.runtime.db.transaction(async (tx) => {
    await tx.execute(sql`select from users where id = ${bob.id} for update`);
    const answer = report(desk, [token]);
    await desk.untilBlocked();
    await tx.execute(sql`update credentials set revoked_at = now() where id = ${credential.id}`);
    return { answer };
  });
  assert.equal((await reporting.answer).status, 202);
});
