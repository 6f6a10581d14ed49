import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf, type Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

test('a change’s row says who did what to what, with which credential and from where', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const other = await desk.ada.createToken({ name: 'old' });
  const answer = await desk.send(`DELETE /api/v1/tokens/${other.credential.id}`, {
    token,
    headers: { 'User-Agent': 'sweeper/1' },
  });
  const [row] = await desk.sql<Record<string, unknown>>(
    "select *, host(address) as address from audit_events where action = 'token.revoke'",
  );
  assert.equal(row?.['actor_kind'], 'user');
  assert.equal(row?.['actor_id'], desk.ada.id);
  assert.equal(row?.['actor_label'], 'ada@example.com');
  assert.equal(row?.['credential_id'], credential.id);
  assert.equal(row?.['resource_type'], 'token');
  assert.equal(row?.['resource_id'], other.credential.id);
  assert.equal(row?.['resource_label'], 'old');
  assert.equal(row?.['outcome'], 'ok');
  assert.equal(row?.['address'], '127.0.0.1');
  assert.equal(row?.['user_agent'], 'sweeper/1');
  assert.equal(row?.['request_id'], answer.headers.get('x-request-id'));
});

test('nobody changes or removes a row, not even the owner of the table', async () => {
  await using desk = await openDesk();
  const statements = [
    "update audit_events set outcome = 'failed'",
    'delete from audit_events',
    'truncate audit_events',
    "set session_replication_role = replica; update audit_events set outcome = 'failed'",
  ];
  for (const statement of statements)
    await assert.rejects(desk.sql(statement), /append-only|permission denied/, statement);
  for (const statement of statements.slice(0, 3)) {
    await assert.rejects(desk.runtime.pool.query(statement), /permission denied/, statement);
  }
  assert.ok((await desk.sql('select from audit_events')).length > 0);
});

const post = (desk: Desk, path: string, form: Record<string, string>) =>
  desk.send(`POST ${path}`, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    text: new URLSearchParams(form).toString(),
  });

const changedBy400 = ({ status }: Answer) => (status === 400 ? 200 : status);

/** Every change that no procedure makes by being answered well, ready to be made: those are tried by `npm run trust`. */
async function everyOtherChange(desk: Desk): Promise<[string, () => Promise<{ status: number }>][]> {
  const { ada } = desk;
  const used = (await ada.send('POST /api/v1/setup-codes', { body: {} })).body;
  const redeem = (from: Answer['body'], host: string) =>
    desk.send('POST /api/v1/setup-codes/redeem', { body: { code: from['code'], host } });
  await redeem(used, 'set up');
  const machine = () => post(desk, '/oauth/device_authorization', { client_id: 'keyward-cli' });
  const letIn = await machine();
  await ada.send('POST /trpc/device.approve', { body: { userCode: letIn.body['user_code'] } });
  const comes = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    client_id: 'keyward-cli',
    device_code: textOf(letIn.body['device_code']),
  };
  return [
    ['device.start', machine],
    ['device.collect', () => post(desk, '/oauth/token', comes)],
    // Refused, and a change all the same.
    ['setupCodes.redeem, again', async () => ({ status: changedBy400(await redeem(used, 'again')) })],
  ];
}

const snapshot = async (desk: Desk) => {
  const tables = [
    'tenants',
    'users',
    'sessions',
    'credentials',
    'secrets',
    'one_time_codes',
    'setup_codes',
    'device_requests',
    'notices',
  ];
  await desk.settle();
  const rows: object[][] = [];
  // That a token was used is no change.
  const row = "(to_jsonb(t) - '{use_count,last_used_at,last_used_ip,last_used_agent}'::text[])::text";
  for (const table of tables) rows.push(await desk.sql(`select ${row} as row from ${table} t order by 1`));
  return rows;
};

test('a change whose row cannot be written does not happen', async (t) => {
  await using desk = await openDesk();
  const changes = await everyOtherChange(desk);
  await desk.sql(`create function refuse_row() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse_row before insert on audit_events for each row execute function refuse_row()`);
  const before = await snapshot(desk);
  for (const [name, change] of changes) {
    await t.test(name, async () => {
      assert.equal((await change()).status, 500);
      assert.deepEqual(await snapshot(desk), before);
    });
  }
  await desk.sql('drop trigger refuse_row on audit_events');
  for (const [name, change] of changes) {
    await t.test(`${name}, once rows can be written again`, async () => {
      assert.ok((await change()).status < 300);
      assert.notDeepEqual(await snapshot(desk), before);
    });
  }
});
