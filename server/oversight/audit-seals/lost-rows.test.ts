import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditVerdictView } from '#server/oversight/audit-seals/schema.ts';
import { openSealed, seenOnce, tamper, verify, whereSeen } from '#server/testing/sealed-desk.ts';

test('a row that was removed or changed before it was sealed is told at once, and by every verification from then on', async () => {
  for (const [statement, fault] of [
    ['delete from audit_events where sequence = $1', 'removed'],
    [`update audit_events set actor_label = 'eve' where sequence = $1`, 'changed'],
  ] as const) {
    await using desk = await openSealed();
    await desk.ada.createToken({ name: 'unseen' });
    await desk.ada.createToken({ name: 'and after' });
    const [row] = await desk.sql<{ sequence: string }>(
      "select sequence from audit_events where action = 'token.create' order by sequence limit 1",
    );
    await tamper(desk, 'audit_events', statement, [row?.sequence]);
    await desk.runtime.seals.sealer.seal();
    assert.deepEqual(await whereSeen(desk, 'lost_rows'), seenOnce);
    assert.equal((await verify(desk)).finding?.fault, 'lost_rows');

    await desk.settle();
    await desk.runtime.seals.sealer.seal();
    await using other = await desk.another();
    const answer = await other.send('GET /api/v1/audit/verify', { cookie: desk.ada.cookie });
    const { finding } = answer.body as unknown as AuditVerdictView;
    assert.deepEqual([finding?.fault, finding?.sequence], ['lost_rows', Number(row?.sequence)]);
    assert.match(finding?.detail ?? '', new RegExp(`Row ${row?.sequence} was ${fault} before it was sealed`));
  }
});

test('a change that was undone, and one that was sealed, are not taken for lost', async () => {
  await using desk = await openSealed();
  await desk.ada.createToken({ name: 'taken' });
  assert.equal((await desk.ada.send('POST /api/v1/tokens', { body: { name: 'taken' } })).status, 409);
  await desk.ada.send('GET /api/v1/users/019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401');
  await desk.settle();
  await desk.runtime.seals.sealer.seal();
  assert.equal((await whereSeen(desk, 'lost_rows')).readyz, false);
  assert.equal((await verify(desk)).intact, true);
});

test('a change is not made where a trigger swallows its row', async () => {
  await using desk = await openSealed();
  await desk.sql(`create function swallow() returns trigger language plpgsql as 'begin return null; end';
    create trigger swallow before insert on audit_events for each row execute function swallow()`);
  assert.equal((await desk.ada.send('POST /api/v1/tokens', { body: { name: 'silent' } })).status, 500);
  assert.deepEqual(await desk.sql("select from credentials where name = 'silent'"), []);
});

const datings: [what: string, who: 'server' | 'owner', columns: string, values: string, isFound: boolean][] =
  [
    ['dated nine days back by the server’s role', 'server', 'time', `now() - interval '9 days'`, true],
    [
      'dated nine days back by the owner, as if it had been recorded then',
      'owner',
      'time, recorded_at',
      `now() - interval '9 days', now() - interval '9 days'`,
      true,
    ],
    ['dated ahead', 'server', 'time', `now() + interval '2 days'`, true],
    ['that was on its way for eight minutes', 'server', 'time', `now() - interval '8 minutes'`, false],
  ];
for (const [what, who, columns, values, isFound] of datings) {
  test(`a row ${what} is ${isFound ? 'named' : 'no finding'}`, async () => {
    await using desk = await openSealed();
    const statement = `insert into audit_events (tenant_id, actor_kind, actor_label, action, outcome, ${columns})
      select id, 'system', 'eve', 'token.create', 'ok', ${values} from tenants limit 1`;
    if (who === 'server') await desk.runtime.pool.query(statement);
    else await desk.sql(statement);
    await desk.runtime.seals.sealer.seal();
    const { finding } = await verify(desk);
    assert.equal(finding?.fault, isFound ? 'misdated' : undefined);
    if (isFound)
      assert.match(finding?.detail ?? '', /^Row \d+ is dated \d{4}-\d\d-\d\d \d\d:\d\d UTC, but was/);
  });
}

test('the server’s role cannot say when a row was recorded', async () => {
  await using desk = await openSealed();
  await assert.rejects(
    desk.runtime.pool
      .query(`insert into audit_events (time, recorded_at, tenant_id, actor_kind, actor_label, action, outcome)
      select now(), now() - interval '9 days', id, 'system', 'eve', 'token.create', 'ok' from tenants limit 1`),
    /permission denied/,
  );
});

test('a row that could not be written for long is dated anew, and says when it happened', async () => {
  await using desk = await openSealed();
  const happened = new Date(Date.now() - 3_600_000);
  const { auditQueue, defaultTenantId: tenantId } = desk.runtime;
  auditQueue.add({
    time: happened,
    tenantId,
    actorKind: 'system',
    actorLabel: 'late',
    action: 'auth.refused',
    outcome: 'denied',
    detail: { endpoint: 'x' },
  });
  await desk.settle();
  const [row] = await desk.sql<{ age: number; detail: object }>(
    "select extract(epoch from now() - time)::int as age, detail from audit_events where actor_label = 'late'",
  );
  assert.ok((row?.age ?? Infinity) < 60);
  assert.deepEqual(row?.detail, { endpoint: 'x', happenedAt: happened.toISOString() });
  await desk.runtime.seals.sealer.seal();
  assert.equal((await verify(desk)).intact, true);
});

test('numbers that were set back, and a number far ahead, are told instead of leaving rows without seals', async () => {
  await using desk = await openSealed();
  await desk.sql(
    `insert into audit_events (sequence, time, tenant_id, actor_kind, actor_label, action, outcome)
     select 9007199254740000, now(), id, 'system', 'far', 'token.create', 'ok' from tenants limit 1`,
  );
  assert.equal(await desk.runtime.seals.sealer.seal(), 0);
  await desk.ada.createToken({ name: 'after' });
  assert.ok((await desk.runtime.seals.sealer.seal()) > 0);
  assert.equal((await verify(desk)).unsealed, 1);

  await desk.sql(`select setval('audit_sequence', 1)`);
  assert.equal((await whereSeen(desk, 'numbering')).readyz, true);
  assert.equal((await verify(desk)).finding?.fault, 'numbering');
});
