import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { retainMonths } from '#server/oversight/audit-seals/retain-months.ts';
import type { AuditVerdictView } from '#server/oversight/audit-seals/schema.ts';
import { issueSetupCode } from '#server/people/first-admin/commands.ts';
import { openEmptyDesk, type Desk, type EmptyDesk } from '#server/testing/desk.ts';
import { expect, joinAs, setUpAda } from '#server/testing/person.ts';

const setting = { KEYWARD_AUDIT_RETENTION_DAYS: '60' };

function monthsAgo(count: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1)).toISOString().slice(0, 7);
}
const [oldest, older, last, current] = [monthsAgo(5), monthsAgo(4), monthsAgo(1), monthsAgo(0)];

/** The clock moved to some hours into a day. */
function moveTo(desk: EmptyDesk, day: string): void {
  desk.clock.advance({ seconds: (Date.parse(`${day}T23:00:00Z`) - desk.clock.now().getTime()) / 1_000 });
}

/** A log of five months, sealed in its time: its second seal is shared by two of them. `first`: a month without a table. */
const history: { at: string; months: [month: string, day: string, count: number][] }[] = [
  { at: `${oldest}-04`, months: [[oldest, '03', 7]] },
  {
    at: `${older}-04`,
    months: [
      [oldest, '10', 14],
      [older, '03', 7],
    ],
  },
  {
    at: `${last}-04`,
    months: [
      [older, '10', 14],
      [last, '03', 21],
    ],
  },
];

async function openOld(settings: Record<string, string> = setting, first?: string): Promise<Desk> {
  const desk = await openEmptyDesk({ settings });
  for (const month of [oldest, older, last])
    await desk.sql(`select make_audit_month($1::date)`, [`${month}-01`]);
  if (first) await addRows(desk, first);
  for (const { at, months } of history) {
    for (const [month, day, count] of months) await addRows(desk, month, { day, count });
    await recordedThen(desk);
    moveTo(desk, at);
    assert.equal(await desk.runtime.seals.sealer.seal(), 1);
  }
  desk.clock.advance({ seconds: (Date.now() - desk.clock.now().getTime()) / 1_000 });
  const ada = await setUpAda(desk, (await issueSetupCode(desk.runtime))?.reveal());
  return { ...desk, ada, join: (name, role) => joinAs(ada, { caller: desk, name, role }) };
}

async function addRows(
  desk: EmptyDesk,
  month: string,
  { day = '03', count = 7 }: { day?: string; count?: number } = {},
): Promise<void> {
  await desk.sql(
    `insert into audit_events (time, tenant_id, actor_kind, actor_label, action, resource_label, outcome)
     select $1::timestamptz + n * interval '30 minutes', $2, 'system', 'Keyward', 'token.create', 'a b' || n, 'ok'
     from generate_series(1, $3::int) n`,
    [`${month}-${day}T00:00:00Z`, desk.runtime.defaultTenantId, count],
  );
}

/** What waits for its seal, as if it had been written when it says. */
async function recordedThen(desk: EmptyDesk): Promise<void> {
  await tamper(
    desk,
    'audit_events',
    `update audit_events set recorded_at = time
     where sequence > (select coalesce(max(to_sequence), 0) from audit_seals)`,
  );
}

const retain = (desk: Desk) => retainMonths(desk.runtime);
const fileOf = (desk: Desk, month: string) =>
  join(desk.runtime.config.dataFolder, 'audit-archive', `${month}.ndjson.gz`);

async function verify(desk: Desk): Promise<AuditVerdictView> {
  await desk.runtime.seals.sealer.seal();
  return expect(200, await desk.ada.send('GET /api/v1/audit/verify')).body as unknown as AuditVerdictView;
}

async function rowsOf(desk: Desk, month: string): Promise<number> {
  const [row] = await desk.sql<{ count: number }>(
    `select count(*)::int as count from audit_events where to_char(time at time zone 'UTC', 'YYYY-MM') = $1`,
    [month],
  );
  return row?.count ?? 0;
}

/** What only the owner of the tables can do. */
async function tamper(desk: EmptyDesk, table: string, statement: string): Promise<void> {
  await desk.sql(`alter table ${table} disable trigger ${table}_append_only`);
  await desk.sql(statement);
  await desk.sql(`alter table ${table} enable always trigger ${table}_append_only`);
}

test('old months go into files that hold every row, and the log still fits', async () => {
  await using desk = await openOld();
  const [row] = await desk.sql<{ line: string }>(
    `select resource_label as line from audit_events where time < $1 order by sequence limit 1`,
    [`${older}-01T00:00:00Z`],
  );
  assert.deepEqual(await retain(desk), [oldest, older]);
  assert.deepEqual(
    [await rowsOf(desk, oldest), await rowsOf(desk, older), await rowsOf(desk, last)],
    [0, 0, 21],
  );

  const lines = gunzipSync(await readFile(fileOf(desk, oldest)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { resource_label: string });
  assert.equal(lines.length, 21);
  assert.equal(lines[0]?.resource_label, row?.line);
  assert.equal((await stat(fileOf(desk, oldest))).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(fileOf(desk, oldest), '..')), [
    `${oldest}.ndjson.gz`,
    `${older}.ndjson.gz`,
  ]);

  const { intact, archived } = await verify(desk);
  assert.deepEqual([intact, archived], [true, [oldest, older]]);
  const told = await desk.sql<{ detail: object }>(
    `select detail from audit_events where action = 'audit.archive'`,
  );
  assert.partialDeepStrictEqual(told[0]?.detail, { month: oldest, rows: 21 });
  assert.deepEqual(await retain(desk), []);
});

test('with months archived, tampering elsewhere is still found, and a month without its record is a hole', async () => {
  await using desk = await openOld();
  await retain(desk);
  await tamper(
    desk,
    'audit_events',
    `update audit_events set actor_label = 'eve' where sequence = (select max(sequence) from audit_events where time < date_trunc('month', now()))`,
  );
  assert.equal((await verify(desk)).finding?.fault, 'changed');

  await using other = await openOld();
  await retain(other);
  await tamper(other, 'audit_archives', `delete from audit_archives where month = '${older}'`);
  const { finding } = await verify(other);
  assert.equal(finding?.fault, 'missing');
});

test('rows that came when there was no table for their month stay, sealed like all others, and the log says so', async () => {
  await using desk = await openOld(setting, monthsAgo(8));
  assert.deepEqual(await retain(desk), [oldest, older]);
  assert.equal(await rowsOf(desk, monthsAgo(8)), 7);
  assert.equal((await verify(desk)).intact, true);
  const said = desk.logged.filter((line) => line.includes('have no table'));
  assert.match(said.join(''), new RegExp(`"months":\\["${monthsAgo(8)}"\\]`));
});

test('without the setting nothing ever goes', async () => {
  await using desk = await openOld({});
  assert.deepEqual(await retain(desk), []);
  assert.equal(await rowsOf(desk, oldest), 21);
  await assert.rejects(stat(fileOf(desk, oldest)), { code: 'ENOENT' });
});

test('a month that is not all sealed stays', async () => {
  await using desk = await openOld();
  await addRows(desk, oldest);
  assert.deepEqual(await retain(desk), [older]);
  assert.equal(await rowsOf(desk, oldest), 28);
  await desk.runtime.seals.sealer.seal();
  assert.deepEqual(await retain(desk), [oldest]);
  assert.equal((await verify(desk)).intact, true);
});

test('a month whose rows are not those that were sealed stays', async () => {
  await using desk = await openOld();
  const first = `(select min(sequence) from audit_events where time < '${older}-01')`;
  await tamper(desk, 'audit_events', `update audit_events set actor_label = 'eve' where sequence = ${first}`);
  await assert.rejects(retain(desk), /not those that seal 1 vouches for/);
  assert.equal(await rowsOf(desk, oldest), 21);
  await assert.rejects(stat(fileOf(desk, oldest)), { code: 'ENOENT' });
});

/** Lets the database refuse to drop, as if the server had ended before: the file and its record are there. */
async function stopBeforeDrop(desk: Desk): Promise<() => Promise<unknown>> {
  await desk.sql('alter function drop_audit_month rename to drop_audit_month_later');
  await assert.rejects(retain(desk));
  return () => desk.sql('alter function drop_audit_month_later rename to drop_audit_month');
}

test('ended before it was dropped, a month goes the next time', async () => {
  await using desk = await openOld();
  const goOn = await stopBeforeDrop(desk);
  assert.equal((await verify(desk)).intact, true);
  await goOn();
  assert.deepEqual(await retain(desk), [oldest, older]);
  assert.equal((await verify(desk)).intact, true);
});

test('ended before it was recorded, or half written, a file is written anew', async () => {
  await using desk = await openOld();
  const goOn = await stopBeforeDrop(desk);
  await tamper(desk, 'audit_archives', 'delete from audit_archives');
  await writeFile(`${fileOf(desk, oldest)}.new`, 'half');
  await writeFile(fileOf(desk, oldest), 'half');
  await goOn();
  assert.deepEqual(await retain(desk), [oldest, older]);
  assert.equal((await readdir(join(fileOf(desk, oldest), '..'))).length, 2);
});

test('a month stays whose file is gone or is another one than was recorded', async () => {
  await using desk = await openOld();
  const goOn = await stopBeforeDrop(desk);
  await goOn();
  const whole = await readFile(fileOf(desk, oldest));
  await rm(fileOf(desk, oldest));
  await assert.rejects(retain(desk), { code: 'ENOENT' });
  await writeFile(fileOf(desk, oldest), whole.subarray(0, -20));
  await assert.rejects(retain(desk), /unexpected end of file/);
  assert.equal(await rowsOf(desk, oldest), 21);
  await writeFile(fileOf(desk, oldest), whole);
  assert.deepEqual(await retain(desk), [oldest, older]);
});

test('a record that anybody else wrote says nothing, and the month stays', async () => {
  await using desk = await openOld();
  const record = [oldest, { month: oldest, count: 21, root: 'a'.repeat(64) }];
  const insert = 'insert into audit_archives (month, archive) values ($1, $2)';
  await assert.rejects(desk.runtime.pool.query(insert, record), /permission denied/);
  await desk.sql(insert, record);
  await assert.rejects(retain(desk));
  assert.equal(await rowsOf(desk, oldest), 21);
  assert.deepEqual((await verify(desk)).archived, []);
});

test('two servers at once archive each month once', async () => {
  await using desk = await openOld();
  await using other = await desk.another();
  const gone = await Promise.all([retain(desk), retainMonths(other.runtime)]);
  assert.deepEqual(gone.flat().toSorted(), [oldest, older]);
  assert.equal((await verify(desk)).intact, true);
});

test('the server’s role drops no month, and the database itself refuses what was not archived', async () => {
  await using desk = await openOld();
  const drop = (month: string) => desk.sql('select drop_audit_month($1)', [month]);
  await assert.rejects(
    desk.runtime.pool.query('select drop_audit_month($1)', [oldest]),
    /permission denied for function/,
  );
  await assert.rejects(
    desk.runtime.pool.query(`drop table audit_months.events_${oldest.replace('-', '_')}`),
    /permission denied/,
  );
  await assert.rejects(drop(current), /not over for 30 days/);
  await assert.rejects(drop(oldest), /not archived as it was sealed/);
  await assert.rejects(drop('2020-01'), /no month/);
  await assert.rejects(drop("2020-01'; drop table users"), /no month/);
  const wrong = { month: oldest, count: 21, root: 'a'.repeat(64) };
  await desk.sql('insert into audit_archives (month, archive) values ($1, $2)', [oldest, wrong]);
  await assert.rejects(drop(oldest), /not archived as it was sealed/);
  await addRows(desk, older);
  await assert.rejects(drop(older), /not sealed/);
  assert.equal(await rowsOf(desk, oldest), 21);
});
