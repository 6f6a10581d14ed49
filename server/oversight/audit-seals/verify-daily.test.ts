import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NoticesView } from '#server/core/notifications/schema.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openMailbox } from '#server/testing/mailbox.ts';
import { expect, type Person } from '#server/testing/person.ts';

/** Does it as the schedule has it done. */
async function runDaily({ runtime, runJobs }: Desk): Promise<number> {
  await runtime.jobs.boss.send('verify-audit');
  return runJobs();
}

async function noticesOf(person: Person) {
  const { items } = expect(200, await person.send('GET /api/v1/notices')).body as unknown as NoticesView;
  return items.map(({ kind, token, detail }) => ({ kind, token, detail }));
}

const listRows = `select actor_kind, outcome, detail from audit_events where action = 'audit.verify' order by sequence`;

/** What only the owner of the tables can do. */
async function change(desk: Desk, sequences: number[]): Promise<void> {
  await desk.sql('alter table audit_events disable trigger audit_events_append_only');
  await desk.sql(`update audit_events set actor_label = 'eve' where sequence = any ($1)`, [sequences]);
  await desk.sql('alter table audit_events enable always trigger audit_events_append_only');
}

test('a log that fits is verified every day, with a row that says so, and no notice', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  await desk.runtime.seals.sealer.seal();
  await runDaily(desk);
  const [row] = await desk.sql(listRows);
  assert.deepEqual(row, { actor_kind: 'system', outcome: 'ok', detail: { seals: 1 } });
  assert.deepEqual(await noticesOf(desk.ada), []);
  assert.equal(mailbox.mails.length, 0);
});

test('what does not fit is told every admin once a day, on the page and by mail, and no one else', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const admin = await desk.join('Alan', 'admin');
  const left = await desk.join('Left', 'admin');
  const member = await desk.join('Bob', 'member');
  await desk.ada.send(`POST /api/v1/users/${left.id}/deactivate`, { body: {} });
  const sequences: number[] = [];
  for (const name of ['one', 'two']) {
    await desk.ada.createToken({ name });
    await desk.runtime.seals.sealer.seal();
    const [row] = await desk.sql<{ last: string }>('select max(sequence) as last from audit_events');
    sequences.push(Number(row?.last));
  }
  await change(desk, sequences);
  for (let times = 0; times < 2; times++) await runDaily(desk);
  const detail = `Row ${sequences[0]} was changed. And 1 more.`;
  for (const person of [desk.ada, admin])
    assert.deepEqual(await noticesOf(person), [{ kind: 'audit_finding', token: null, detail }]);
  assert.deepEqual(await noticesOf(member), []);
  const [row] = await desk.sql<{ outcome: string; detail: { findings: string[] } }>(listRows);
  assert.deepEqual([row?.outcome, row?.detail.findings.length], ['failed', 2]);
  await desk.runJobs();
  const mails = mailbox.mails.filter((mail) => mail.subject === 'The audit log is not intact');
  assert.equal(mails.length, 2);
  assert.match(mails[0]?.text ?? '', new RegExp(`found: Row ${sequences[0]} was changed\\.`));
  assert.ok(desk.logged.some((line) => line.includes('the audit log is not intact')));

  const { items } = (await admin.send('GET /api/v1/notices')).body as unknown as NoticesView;
  const dismiss = `POST /api/v1/notices/${items[0]?.id}/dismiss`;
  assert.equal((await desk.ada.send(dismiss)).status, 404);
  assert.equal((await admin.send(dismiss)).status, 204);
  assert.deepEqual(await noticesOf(admin), []);
  assert.equal((await noticesOf(desk.ada)).length, 1);
  desk.clock.advance({ hours: 24 });
  await runDaily(desk);
  const again = await desk.sql("select from notices where kind = 'audit_finding'");
  assert.equal(again.length, 4, 'the next day it is told again');
});

test('an admin who is one no longer sees no notice of the log', async () => {
  await using desk = await openDesk();
  const admin = await desk.join('Alan', 'admin');
  await desk.runtime.seals.sealer.seal();
  await change(desk, [1]);
  await runDaily(desk);
  assert.equal((await noticesOf(admin)).length, 1);
  await desk.ada.send(`PATCH /api/v1/users/${admin.id}`, { body: { role: 'member' } });
  assert.deepEqual(await noticesOf(admin), []);
});

test('a verification that cannot be carried out fails loudly, and the admins are told', async () => {
  await using desk = await openDesk();
  await desk.runtime.seals.sealer.seal();
  await desk.sql('alter table audit_archives rename to elsewhere');
  await assert.rejects(runDaily(desk));
  await desk.sql('alter table elsewhere rename to audit_archives');
  const [notice] = await noticesOf(desk.ada);
  assert.equal(notice?.kind, 'audit_unverified');
  assert.match(notice?.detail ?? '', /could not be carried out/);
  assert.ok(
    desk.logged.some((line) => line.includes('"job":"verify-audit"') && line.includes('a job failed')),
  );
});
