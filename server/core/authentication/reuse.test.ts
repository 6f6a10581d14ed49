import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openMailbox } from '#server/testing/mailbox.ts';
import { expect } from '#server/testing/person.ts';

/** A token, rotated without a grace: its old secret is of no use any more. */
async function rotated(desk: Desk) {
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const path = `POST /api/v1/tokens/${credential.id}/rotate`;
  const answer = expect(200, await desk.ada.send(path, { body: { graceSeconds: 0 } }));
  return { old: token, fresh: answer.body['token'] as unknown as string, id: credential.id };
}
const codeOf = async (desk: Desk, token: string) =>
  (await desk.send('GET /api/v1/me', { token })).problem?.code;
const audited = async (desk: Desk, action: string) => {
  await desk.settle();
  return desk.sql<{ actor_kind: string; resource_id: string; address: string }>(
    'select actor_kind, resource_id, host(address) as address from audit_events where action = $1',
    [action],
  );
};
const noticesOf = async (desk: Desk) =>
  (await desk.ada.send('GET /api/v1/notices')).body['items'] as unknown as { kind: string; id: string }[];

test('a machine that has yet to change over is refused, and nobody is alarmed', async () => {
  await using desk = await openDesk();
  const { old } = await rotated(desk);
  desk.clock.advance({ seconds: 30 });
  assert.equal(await codeOf(desk, old), 'secret_retired');
  assert.deepEqual(await audited(desk, 'credential.reuse_detected'), []);
  assert.deepEqual(await noticesOf(desk), []);
});

test('a retired secret that comes back later is audited, and its owner is told on the page and by mail', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const { old, fresh, id } = await rotated(desk);
  desk.clock.advance({ seconds: 31 });
  for (let times = 0; times < 5; times++) assert.equal(await codeOf(desk, old), 'secret_retired');
  const rows = await audited(desk, 'credential.reuse_detected');
  assert.ok(rows.length >= 1);
  assert.equal(rows[0]?.resource_id, id);
  assert.equal(rows[0]?.address, '127.0.0.1');
  assert.deepEqual(
    (await noticesOf(desk)).map((notice) => notice.kind),
    ['reuse'],
  );
  await desk.runJobs();
  assert.equal(mailbox.mails.length, 1);
  assert.equal(mailbox.mails[0]?.subject, 'An old secret of your token "ci" was used again');
  assert.match(mailbox.mails[0]?.text ?? '', /from 127\.0\.0\.1/);
  assert.doesNotMatch(mailbox.mails[0]?.text ?? '', /kw_pat_[0-9A-Za-z]{20}/);
  assert.equal((await desk.send('GET /api/v1/me', { token: fresh })).status, 200, 'the new one goes on');
});

test('two servers tell of one reuse once', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  await using other = await desk.another();
  const { old } = await rotated(desk);
  desk.clock.advance({ minutes: 1 });
  const servers = [desk, other, desk, other];
  await Promise.all(servers.map((server) => server.send('GET /api/v1/me', { token: old })));
  assert.equal((await desk.sql('select from notices')).length, 1);
  await desk.runJobs();
  assert.equal(mailbox.mails.length, 1);
});

test('where the tenant wants it so, a reuse switches the token off, with a row in the audit log', async () => {
  await using desk = await openDesk();
  expect(200, await desk.ada.send('PATCH /api/v1/settings', { body: { disableOnReuse: true } }));
  const { old, fresh, id } = await rotated(desk);
  desk.clock.advance({ seconds: 31 });
  await Promise.all(Array.from({ length: 10 }, () => codeOf(desk, old)));
  assert.equal(await codeOf(desk, fresh), 'token_disabled');
  assert.equal(await codeOf(desk, old), 'secret_retired');
  const rows = await audited(desk, 'token.disable');
  assert.equal(rows.length, 1);
  assert.deepEqual(rows[0], { actor_kind: 'system', resource_id: id, address: '127.0.0.1' });
  const on = await desk.ada.send(`PATCH /api/v1/tokens/${id}`, { body: { enabled: true } });
  assert.equal(on.problem?.code, 'token_disabled', 'a thief of the old secret may hold the session too');
});

test('the owner of a token that is used after its end is told once, of a reuse once a day', async () => {
  await using desk = await openDesk();
  const { old } = await rotated(desk);
  const { token, credential } = await desk.ada.createToken({ name: 'over' });
  desk.clock.advance({ minutes: 1 });
  await desk.sql('update credentials set expires_at = $2 where id = $1', [credential.id, desk.clock.now()]);
  for (let day = 0; day < 3; day++) {
    for (const [secret, code] of [
      [old, 'secret_retired'],
      [token, 'token_expired'],
    ] as const)
      assert.equal(await codeOf(desk, secret), code);
    desk.clock.advance({ days: 1 });
  }
  const told = await desk.sql('select kind, count(*)::int from notices group by kind order by kind');
  assert.deepEqual(told, [
    { kind: 'expired_in_use', count: 1 },
    { kind: 'reuse', count: 3 },
  ]);
});

test('what could not be told is told the next time', async () => {
  await using desk = await openDesk();
  const { old } = await rotated(desk);
  desk.clock.advance({ minutes: 1 });
  await desk.sql('alter table notices rename to away');
  assert.equal(await codeOf(desk, old), 'internal');
  await desk.sql('alter table away rename to notices');
  assert.equal(await codeOf(desk, old), 'secret_retired');
  assert.equal((await desk.sql('select from notices')).length, 1);
});

test('where its row cannot be written, a reuse switches nothing off', async () => {
  await using desk = await openDesk();
  await desk.ada.send('PATCH /api/v1/settings', { body: { disableOnReuse: true } });
  const { old, fresh } = await rotated(desk);
  desk.clock.advance({ seconds: 31 });
  await desk.sql(`create function refuse_row() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse_row before insert on audit_events for each row execute function refuse_row()`);
  assert.equal(await codeOf(desk, old), 'internal');
  assert.equal((await desk.send('GET /api/v1/me', { token: fresh })).status, 200);
});

test('a token in an address is refused, and its owner is told; one that works no longer alarms nobody', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const ended = await desk.ada.createToken({ name: 'ended' });
  await desk.ada.revokeToken(ended.credential.id);
  for (const secret of [token, ended.token]) {
    const refused = await desk.send(`GET /api/v1/me?access_token=${secret}`);
    assert.equal(refused.problem?.code, 'token_in_url');
  }
  const notices = await noticesOf(desk);
  assert.deepEqual(
    notices.map((notice) => notice.kind),
    ['exposed'],
  );
  assert.equal((await audited(desk, 'credential.exposed')).length, 2);
  desk.clock.advance({ seconds: 1 });
  await desk.ada.send(`POST /api/v1/tokens/${credential.id}/rotate`, { body: { graceSeconds: 0 } });
  assert.deepEqual(await noticesOf(desk), [], 'what was seen has been replaced');
});
