import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { stat, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import type { AuditSeal, AuditVerdictView } from '#server/oversight/audit-seals/schema.ts';
import { testAddress } from '#server/testing/cluster.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';

/** A desk whose log holds some rows of three seals, and the sequences of the rows. */
async function openSealed(): Promise<Desk & { sequences: number[] }> {
  const desk = await openDesk();
  for (const batch of ['one', 'two', 'three']) {
    for (const name of ['a', 'b', 'c']) await desk.ada.createToken({ name: `${batch} ${name}` });
    assert.equal(await desk.runtime.seals.sealer.seal(), 1);
  }
  const rows = await desk.sql<{ sequence: string }>('select sequence from audit_events order by sequence');
  return { ...desk, sequences: rows.map((row) => Number(row.sequence)) };
}

async function verify(desk: Desk, seal?: AuditSeal): Promise<AuditVerdictView> {
  const answer = seal
    ? await desk.ada.send('POST /api/v1/audit/verify', { body: { seal } })
    : await desk.ada.send('GET /api/v1/audit/verify');
  return expect(200, answer).body as unknown as AuditVerdictView;
}

async function newestSeal(desk: Desk): Promise<AuditSeal> {
  const { seal } = expect(200, await desk.ada.send('GET /api/v1/audit/seal')).body;
  return seal as unknown as AuditSeal;
}

/** What only somebody can do who owns the tables: the triggers off, and on again so that nothing tells of it. */
async function tamper(desk: Desk, statement: string, values: unknown[] = []): Promise<void> {
  const triggers = ['audit_events', 'audit_seals'].map((table) => [table, `${table}_append_only`]);
  for (const [table, trigger] of triggers) await desk.sql(`alter table ${table} disable trigger ${trigger}`);
  await desk.sql(statement, values);
  for (const [table, trigger] of triggers)
    await desk.sql(`alter table ${table} enable always trigger ${trigger}`);
}

test('an untouched log fits, whatever its rows hold', async () => {
  await using desk = await openSealed();
  const verdict = await verify(desk);
  assert.deepEqual([verdict.intact, verdict.finished, verdict.seals, verdict.finding], [true, true, 3, null]);
  assert.ok(verdict.rows >= 9);
  assert.equal(verdict.unsealed, 0);
});

const rowFaults: [name: string, statement: string, fault: string][] = [
  [
    'a row that was edited',
    `update audit_events set actor_label = 'eve@example.com' where sequence = $1`,
    'changed',
  ],
  [
    'a row whose detail was edited',
    `update audit_events set detail = '{"name": "b"}' where sequence = $1`,
    'changed',
  ],
  [
    'a row moved into another month',
    `update audit_events set time = time - interval '40 days' where sequence = $1`,
    'changed',
  ],
  [
    'a row moved by a microsecond',
    `update audit_events set time = time + interval '1 microsecond' where sequence = $1`,
    'changed',
  ],
  ['a row that was deleted in the middle', `delete from audit_events where sequence = $1`, 'missing'],
];
for (const [name, statement, fault] of rowFaults) {
  test(`${name} is named`, async () => {
    await using desk = await openSealed();
    const sequence = desk.sequences[5] ?? 0;
    await tamper(desk, statement, [sequence]);
    const { intact, finding } = await verify(desk);
    assert.equal(intact, false);
    assert.deepEqual([finding?.fault, finding?.sequence], [fault, sequence]);
  });
}

test('the first of several is named', async () => {
  await using desk = await openSealed();
  const [, , third, , , sixth] = desk.sequences;
  await tamper(desk, `delete from audit_events where sequence in ($1, $2)`, [third, sixth]);
  assert.equal((await verify(desk)).finding?.sequence, third);
});

test('a row that was put in between is named, and a gap that a failed change left is none', async () => {
  await using desk = await openSealed();
  await desk.sql(`begin; insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome)
    select now(), id, 'system', 'x', 'token.create', 'ok' from tenants; rollback`);
  await desk.ada.createToken({ name: 'after the gap' });
  await desk.runtime.seals.sealer.seal();
  assert.equal((await verify(desk)).intact, true);
  const [gap] = await desk.sql<{ sequence: string }>(
    `select sequence from generate_series(1, (select max(sequence) from audit_events)) sequence
     where sequence not in (select sequence from audit_events) order by 1 desc limit 1`,
  );
  await tamper(
    desk,
    `insert into audit_events (sequence, time, tenant_id, actor_kind, actor_label, action, outcome)
     select $1, now(), id, 'system', 'x', 'token.create', 'ok' from tenants`,
    [gap?.sequence],
  );
  const { finding } = await verify(desk);
  assert.deepEqual([finding?.fault, finding?.sequence], ['added', Number(gap?.sequence)]);
});

test('the last rows are missed, also when their seals went with them', async () => {
  await using desk = await openSealed();
  const kept = await newestSeal(desk);
  await tamper(desk, `delete from audit_events where sequence > $1`, [desk.sequences.at(-3)]);
  const { finding } = await verify(desk);
  assert.deepEqual([finding?.fault, finding?.sequence], ['missing', desk.sequences.at(-2)]);

  await tamper(desk, `delete from audit_events where sequence >= $1`, [kept.from]);
  await tamper(desk, `delete from audit_seals where number = $1`, [kept.number]);
  const cut = await verify(desk);
  assert.deepEqual([cut.finding?.fault, cut.finding?.sequence], ['cut_off', kept.from]);

  // The log goes on, and what was lost is not forgotten for it.
  await desk.ada.createToken({ name: 'later' });
  await desk.runtime.seals.sealer.seal();
  assert.equal((await verify(desk)).finding?.fault, 'seal_broken');
  assert.ok(desk.logged.some((line) => line.includes('lost seals')));

  // Even where the data folder was cleared too, a seal that was kept elsewhere tells.
  const { dataFolder } = desk.runtime.config;
  await rm(join(dataFolder, 'audit-seal.json'));
  await using other = await desk.another();
  const ofOther = {
    ...desk,
    ada: {
      ...desk.ada,
      send: (call: string, options = {}) => other.send(call, { cookie: desk.ada.cookie, ...options }),
    },
  };
  assert.equal((await verify(ofOther)).intact, true);
  assert.equal((await verify(ofOther, kept)).finding?.fault, 'seal_broken');
});

test('a seal that was deleted, edited or signed by somebody else is named', async (t) => {
  await t.test('deleted', async () => {
    await using desk = await openSealed();
    await tamper(desk, 'delete from audit_seals where number = 2');
    const { finding } = await verify(desk);
    assert.deepEqual([finding?.fault, finding?.seal], ['seal_missing', 2]);
  });
  await t.test('edited', async () => {
    await using desk = await openSealed();
    await tamper(desk, `update audit_seals set seal = jsonb_set(seal, '{count}', '1') where number = 2`);
    assert.deepEqual((await verify(desk)).finding?.fault, 'seal_broken');
  });
  await t.test('its fingerprints edited, to blame another row', async () => {
    await using desk = await openSealed();
    await tamper(desk, `update audit_seals set fingerprints = set_byte(fingerprints, 8, 0) where number = 1`);
    await tamper(desk, `update audit_seals set fingerprints = set_byte(fingerprints, 9, 0) where number = 1`);
    assert.deepEqual((await verify(desk)).finding?.fault, 'seal_broken');
  });
  await t.test('made with another key', async () => {
    await using desk = await openSealed();
    await writeFile(join(desk.runtime.config.dataFolder, 'audit-key.pem'), newKey());
    await using other = await desk.another();
    const answer = await other.send('GET /api/v1/audit/verify', { cookie: desk.ada.cookie });
    assert.equal((answer.body as unknown as AuditVerdictView).finding?.fault, 'signature');
  });
});

const newKey = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

for (const [what, statement] of [
  ['a trigger of the log that is off', 'alter table audit_events disable trigger audit_events_append_only'],
  ['a trigger of the seals that is off', 'alter table audit_seals disable trigger audit_seals_append_only'],
  ['a right of others to write seals', 'grant insert on audit_seals to public'],
  ['a right of others to the lock of the sealers', 'grant update on audit_sealing to public'],
]) {
  test(`${what} is told, though everything fits`, async () => {
    await using desk = await openSealed();
    await desk.sql(statement ?? '');
    const { intact, finding } = await verify(desk);
    assert.equal(intact, false);
    assert.equal(finding?.fault, 'unguarded');
  });
}

test('a row that is committed late is not skipped, and nobody waits for it', async () => {
  await using desk = await openSealed();
  const late = new pg.Client({ ...testAddress(), database: desk.runtime.pool.options.database ?? '' });
  await late.connect();
  await late.query('begin');
  await late.query(`insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome)
    select now(), id, 'system', 'late', 'token.create', 'ok' from tenants`);
  await desk.ada.createToken({ name: 'while it waits' });
  assert.equal(await desk.runtime.seals.sealer.seal(), 0);
  assert.ok((await verify(desk)).unsealed > 0);
  await late.query('commit');
  await late.end();
  await desk.settle();
  assert.equal(await desk.runtime.seals.sealer.seal(), 1);
  const { intact, unsealed } = await verify(desk);
  assert.deepEqual([intact, unsealed], [true, 0]);
});

test('many writers and two sealers at once leave a log that fits, with each row sealed once', async () => {
  await using desk = await openSealed();
  await using other = await desk.another();
  const write = async (writer: string) => {
    for (let n = 0; n < 6; n++) await desk.ada.createToken({ name: `${writer} ${n}` });
  };
  const writing = Promise.all(['x', 'y', 'z'].map(write));
  for (let round = 0; round < 20; round++)
    await Promise.all([desk.runtime.seals.sealer.seal(), other.runtime.seals.sealer.seal()]);
  await writing;
  await desk.runtime.seals.sealer.seal();
  const verdict = await verify(desk);
  assert.equal(verdict.finding, null);
  assert.equal(verdict.unsealed, 0);
});

test('it can be done in pieces', async () => {
  await using desk = await openSealed();
  const answer = await desk.ada.send('GET /api/v1/audit/verify?after=2&seconds=1');
  assert.deepEqual([answer.body['intact'], answer.body['finished'], answer.body['seals']], [true, true, 3]);
  assert.equal((await desk.ada.send('GET /api/v1/audit/verify?seconds=21')).status, 422);
});

test('of several who verify at once a server does the work once, and asks those who want another to wait', async () => {
  await using desk = await openSealed();
  await desk.sql('begin');
  await desk.sql('lock table audit_seals');
  const first = desk.ada.send('GET /api/v1/audit/verify');
  await desk.untilBlocked();
  const same = desk.ada.send('GET /api/v1/audit/verify');
  const other = await desk.ada.send('GET /api/v1/audit/verify?after=1');
  await desk.sql('commit');
  assert.deepEqual(expect(200, await same).body, expect(200, await first).body);
  assert.equal(expect(409, other).problem?.code, 'verify_running');
  assert.equal(other.headers.get('retry-after'), '5');
  assert.equal((await desk.ada.send('GET /api/v1/audit/verify?after=1')).status, 200, 'afterwards it may');
  await desk.settle();
  const rows = await desk.sql("select from audit_events where action = 'audit.verify'");
  assert.equal(rows.length, 3, 'each who had it verified is in the log');
});

test('a verification that fails leaves the way free', async () => {
  await using desk = await openSealed();
  await desk.sql('alter table audit_seals rename to elsewhere');
  assert.equal((await desk.ada.send('GET /api/v1/audit/verify')).status, 500);
  await desk.sql('alter table elsewhere rename to audit_seals');
  assert.equal((await desk.ada.send('GET /api/v1/audit/verify?after=1')).status, 200);
});

test('the key is made once, for its owner’s eyes, and its public half is told', async () => {
  await using desk = await openSealed();
  const path = join(desk.runtime.config.dataFolder, 'audit-key.pem');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const made = await readFile(path, 'utf8');
  await using other = await desk.another();
  await other.runtime.seals.sealer.seal();
  assert.equal(await readFile(path, 'utf8'), made);
  const { text } = await desk.ada.send('GET /api/v1/audit/key');
  const told = JSON.parse(text) as { key: string; publicKey: string };
  assert.match(told.publicKey, /BEGIN PUBLIC KEY/);
  assert.ok(!text.includes('PRIVATE'));
  assert.equal(told.key, (await newestSeal(desk)).key);
});
