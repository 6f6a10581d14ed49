import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { RotatedTokenView, TokenHistoryView } from '#server/credentials/tokens/schema.ts';
import { statusesOf, type Answer, type Caller } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';

const hour = 3_600_000;
const read = (answer: Answer) => answer.body as unknown as RotatedTokenView;

async function rotate(desk: Desk, id: string, body: object): Promise<RotatedTokenView & { token: string }> {
  const rotated = read(expect(200, await desk.ada.send(`POST /api/v1/tokens/${id}/rotate`, { body })));
  return { ...rotated, token: rotated.token ?? '' };
}

/** What a token is answered with: 200, or why it was refused. */
async function tried(server: Caller, token: string): Promise<unknown> {
  const answer = await server.send('GET /api/v1/me', { token });
  return answer.problem?.code ?? answer.status;
}

test('a rotated token has a new secret and is otherwise the same; the old one works until the grace ends', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({
    name: 'ci',
    permissions: ['profile:read', 'tokens:read'],
    ipAllowlist: ['127.0.0.1'],
  });
  await desk.send('GET /api/v1/me', { token });
  await desk.settle();
  const before = (await desk.ada.send(`GET /api/v1/tokens/${credential.id}`)).body;
  const { token: fresh, credential: after } = await rotate(desk, credential.id, { graceSeconds: 3_600 });

  const graceEndsAt = new Date(desk.clock.now().getTime() + hour).toISOString();
  assert.deepEqual(after, {
    ...before,
    prefix: fresh.slice(0, 15),
    rotation: { rotatedAt: desk.clock.now().toISOString(), graceEndsAt },
  });
  assert.notEqual(fresh, token);
  assert.deepEqual([await tried(desk, token), await tried(desk, fresh)], [200, 200]);
  desk.clock.advance({ minutes: 59, seconds: 59.999 });
  assert.equal(await tried(desk, token), 200);
  desk.clock.advance({ seconds: 0.001 });
  assert.deepEqual([await tried(desk, token), await tried(desk, fresh)], ['secret_retired', 200]);
  assert.equal((await desk.ada.send(`GET /api/v1/tokens/${credential.id}`)).body['rotation'], null);
});

test('without a grace the old secret stops at once', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const rotated = await rotate(desk, credential.id, { graceSeconds: 0 });
  assert.equal(rotated.credential.rotation, null);
  assert.deepEqual([await tried(desk, token), await tried(desk, rotated.token)], ['secret_retired', 200]);
});

test('a grace never lasts longer than the token', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci', expiresInDays: 1 });
  const rotated = await rotate(desk, credential.id, { graceSeconds: 604_800 });
  assert.equal(rotated.credential.rotation?.graceEndsAt, credential.expiresAt);
  assert.equal(rotated.credential.expiresAt, credential.expiresAt);
  desk.clock.advance({ days: 1 });
  assert.deepEqual(
    [await tried(desk, token), await tried(desk, rotated.token)],
    Array(2).fill('token_expired'),
  );
});

test('a rotation during a grace stops the older secret at once: two work at a time, never three', async () => {
  await using desk = await openDesk();
  const { token: first, credential } = await desk.ada.createToken({ name: 'ci' });
  const { token: second } = await rotate(desk, credential.id, { graceSeconds: 86_400 });
  const { token: third } = await rotate(desk, credential.id, { graceSeconds: 900 });
  assert.deepEqual(
    [await tried(desk, first), await tried(desk, second), await tried(desk, third)],
    ['secret_retired', 200, 200],
  );
});

test('a grace can be ended before its time, and ending it again changes nothing', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const { token: fresh } = await rotate(desk, credential.id, { graceSeconds: 86_400 });
  for (let times = 0; times < 2; times++) {
    const ended = expect(200, await desk.ada.send(`POST /api/v1/tokens/${credential.id}/end-grace`));
    assert.equal(ended.body['rotation'], null);
    assert.deepEqual([await tried(desk, token), await tried(desk, fresh)], ['secret_retired', 200]);
  }
  assert.equal((await desk.sql("select from audit_events where action = 'token.end_grace'")).length, 1);
});

test('repeating a rotation by its id shows the token but not the secret, and rotates nothing', async () => {
  await using desk = await openDesk();
  const { credential } = await desk.ada.createToken({ name: 'ci' });
  const body = { graceSeconds: 900, rotationId: randomUUID() };
  const { token, credential: after } = await rotate(desk, credential.id, body);
  const repeated = read(
    expect(200, await desk.ada.send(`POST /api/v1/tokens/${credential.id}/rotate`, { body })),
  );
  assert.deepEqual(repeated, { token: null, credential: after });
  assert.equal(await tried(desk, token), 200);
  const audited = await desk.sql<{ detail: object }>(
    "select detail from audit_events where action = 'token.rotate'",
  );
  assert.deepEqual(
    audited.map((row) => row.detail),
    [{ graceSeconds: 900, graceEndsAt: after.rotation?.graceEndsAt, prefix: after.prefix }],
  );
});

/** On a slow machine some wait for the lock until they give up, and are told to try again. */
function doneAmong(answers: Answer[]): Answer[] {
  assert.ok(
    answers.every(({ status }) => status === 200 || status === 503),
    statusesOf(answers).join(),
  );
  const done = answers.filter(({ status }) => status === 200);
  assert.ok(done.length > 1);
  return done;
}

test('of 20 rotations by one id at once, on two servers, one makes a new secret', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const { credential } = await desk.ada.createToken({ name: 'ci' });
  const body = { graceSeconds: 3_600, rotationId: randomUUID() };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      (n % 2 ? desk : other).send(`POST /api/v1/tokens/${credential.id}/rotate`, {
        cookie: desk.ada.cookie,
        body,
      }),
    ),
  );
  const done = doneAmong(answers);
  const shown = done.flatMap((answer) => read(answer).token ?? []);
  assert.equal(shown.length, 1);
  assert.equal(new Set(done.map((answer) => JSON.stringify(read(answer).credential))).size, 1);
  assert.equal((await desk.sql('select from secrets')).length, 2);
  assert.equal(await tried(other, shown[0] ?? ''), 200);
});

test('of 20 rotations without an id each makes a secret, and two work in the end', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      (n % 2 ? desk : other).send(`POST /api/v1/tokens/${credential.id}/rotate`, {
        cookie: desk.ada.cookie,
        body: { graceSeconds: 3_600 },
      }),
    ),
  );
  const done = doneAmong(answers);
  const secrets = [token, ...done.map((answer) => read(answer).token ?? '')];
  const results = await Promise.all(secrets.map((secret) => tried(other, secret)));
  assert.equal(results.filter((result) => result === 200).length, 2);
  assert.equal(results.filter((result) => result === 'secret_retired').length, done.length - 1);
});

test('a rotation on one server counts on the next request to another', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  assert.equal(await tried(other, token), 200);
  const { token: fresh } = await rotate(desk, credential.id, { graceSeconds: 0 });
  assert.deepEqual([await tried(other, token), await tried(other, fresh)], ['secret_retired', 200]);
});

test('what has ended or is switched off cannot be rotated', async () => {
  await using desk = await openDesk();
  const make = async (name: string) => (await desk.ada.createToken({ name, expiresInDays: 1 })).credential.id;
  const [revoked, off, expired] = [await make('revoked'), await make('off'), await make('expired')];
  await desk.ada.revokeToken(revoked);
  await desk.ada.send(`PATCH /api/v1/tokens/${off}`, { body: { enabled: false } });
  const refusal = async (id: string) => {
    const body = { graceSeconds: 0 };
    return (await desk.ada.send(`POST /api/v1/tokens/${id}/rotate`, { body })).problem?.code;
  };
  assert.equal(await refusal(revoked), 'token_ended');
  assert.equal(await refusal(off), 'token_disabled');
  await desk.sql(
    "update credentials set created_at = now() - interval '2 days', expires_at = now() - interval '1 day' where id = $1",
    [expired],
  );
  assert.equal(await refusal(expired), 'token_ended');
  assert.equal((await desk.sql('select from secrets')).length, 3);
});

test('a token cannot rotate itself, and nobody rotates or ends the grace of another person’s', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'admin');
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const path = `/api/v1/tokens/${credential.id}`;
  const itself = await desk.send(`POST ${path}/rotate`, { token, body: { graceSeconds: 0 } });
  assert.equal(itself.problem?.code, 'session_required');
  for (const call of [`POST ${path}/rotate`, `POST ${path}/end-grace`]) {
    const refused = await bob.send(call, call.endsWith('rotate') ? { body: { graceSeconds: 0 } } : {});
    assert.equal(refused.status, 404, call);
  }
  const odd = await desk.ada.send(`POST ${path}/rotate`, { body: { graceSeconds: 7 } });
  assert.equal(odd.status, 422);
  assert.equal(await tried(desk, token), 200);
});

test('a revoked token’s retired secret answers that the token was revoked', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  await rotate(desk, credential.id, { graceSeconds: 0 });
  await desk.ada.revokeToken(credential.id);
  assert.equal(await tried(desk, token), 'token_revoked');
});

test('a token’s owner reads what was done with it, and not from where somebody else did it', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_TRUSTED_PROXIES: '127.0.0.1' } });
  const bob = await desk.join('Bob', 'member');
  const { credential } = await bob.createToken({ name: 'ci' });
  desk.clock.advance({ seconds: 1 });
  const headers = { 'X-Forwarded-For': '203.0.113.7' };
  const body = { graceSeconds: 0 };
  await bob.send(`POST /api/v1/tokens/${credential.id}/rotate`, { body, headers });
  desk.clock.advance({ seconds: 1 });
  expect(204, await desk.ada.send(`DELETE /api/v1/admin/tokens/${credential.id}`, { headers }));
  const path = `GET /api/v1/tokens/${credential.id}/history`;
  const { items } = (await bob.send(path)).body as unknown as TokenHistoryView;
  assert.deepEqual(
    items.map(({ action, by, address }) => ({ action, by, address })),
    [
      { action: 'token.admin_revoke', by: 'ada@example.com', address: null },
      { action: 'token.rotate', by: 'bob@example.com', address: '203.0.113.7' },
      { action: 'token.create', by: 'bob@example.com', address: '127.0.0.1' },
    ],
  );
  assert.equal((await desk.ada.send(path)).status, 404);
});

test('the database allows one current secret and one in grace, none that outlives its token, and no way back', async () => {
  await using desk = await openDesk();
  const { credential } = await desk.ada.createToken({ name: 'ci', expiresInDays: 1 });
  await rotate(desk, credential.id, { graceSeconds: 3_600 });
  const insert = (state: string, end: string) =>
    desk.sql(
      `insert into secrets (hash, credential_id, prefix, epoch, state, created_at, valid_until)
       select sha256(random()::text::bytea), credential_id, prefix, max(epoch) over () + 1, $1, now(), ${end} from secrets limit 1`,
      [state],
    );
  await assert.rejects(insert('current', 'null'), /secrets_one_current/);
  await assert.rejects(insert('grace', "now() + interval '1 hour'"), /secrets_one_grace/);
  await assert.rejects(insert('grace', "now() + interval '1 year'"), /longer than its credential/);
  await assert.rejects(insert('retired', 'null'), /secrets_end/);
  await assert.rejects(insert('current', 'now()'), /secrets_end/);
  const change = (set: string, state: string) =>
    desk.sql(`update secrets set ${set} where state = $1`, [state]);
  await assert.rejects(change("valid_until = valid_until + interval '1 second'", 'grace'), /stays ended/);
  await assert.rejects(change("state = 'staged', valid_until = null", 'grace'), /stays ended/);
  await change("state = 'retired'", 'grace');
  await assert.rejects(change("state = 'grace'", 'retired'), /stays ended/);
});
