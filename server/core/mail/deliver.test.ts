import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '#server/config.ts';
import { createMailer } from '#server/core/mail/deliver.ts';
import { queueMail } from '#server/core/mail/send.ts';
import { letters } from '#server/doors/jobs/letters.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openMailbox } from '#server/testing/mailbox.ts';

const letter = { to: 'ada@example.com', subject: 'Grüße', lines: ['Ein Satz.'] };
letters.notice = async () => letter;

function queue({ runtime, ada }: Desk): Promise<void> {
  const job = { kind: 'notice', tenantId: runtime.defaultTenantId, userId: ada.id } as const;
  return runtime.db.transaction((tx) => queueMail(tx, runtime, job));
}

test('a letter arrives as it was written, from whom the settings say', async () => {
  await using mailbox = await openMailbox();
  const config = parseConfig({ ...mailbox.settings, KEYWARD_MAIL_FROM: 'Desk <desk@example.com>' });
  await createMailer(config)?.deliver(letter);
  const [mail] = mailbox.mails;
  assert.equal(mail?.subject, 'Grüße');
  assert.deepEqual(mail?.from, { name: 'Desk', address: 'desk@example.com' });
  assert.equal(mail?.to?.[0]?.address, 'ada@example.com');
  assert.match(mail?.text ?? '', /^Ein Satz\.\n\n-- \nKeyward/);
  assert.match(mail?.html ?? '', /<p [^>]+>Ein Satz\.<\/p>/);
});

test('a letter is sent after the commit, and never after a rollback', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const failing = desk.runtime.db.transaction(async (tx) => {
    const job = { kind: 'notice', tenantId: desk.runtime.defaultTenantId, userId: desk.ada.id } as const;
    await queueMail(tx, desk.runtime, job);
    throw new Error('changed our mind');
  });
  await assert.rejects(failing, /changed our mind/);
  assert.equal(await desk.runJobs(), 0);
  await queue(desk);
  assert.equal(mailbox.mails.length, 0);
  assert.equal(await desk.runJobs(), 1);
  assert.equal(mailbox.mails.length, 1);
  assert.equal(await desk.runJobs(), 0);
});

test('a mail server that refuses fails the job, which stays', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  mailbox.refuses = true;
  await queue(desk);
  await assert.rejects(desk.runJobs());
  const [job] = await desk.sql<{ state: string }>('select state from pgboss.job');
  assert.equal(job?.state, 'active');
});

test('without a mail server nothing is queued', async () => {
  await using desk = await openDesk();
  await queue(desk);
  assert.equal((await desk.sql('select from pgboss.job')).length, 0);
});
