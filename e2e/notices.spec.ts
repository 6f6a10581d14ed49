import { tokenCard } from './desk-pages.ts';
import { expect, picture, test } from './fixtures.ts';

test('what happened to a token is told on both pages, leads to it, and is put away for good', async ({
  desk,
  page,
  signInAs,
}) => {
  const { token } = await desk.ada.createToken({ name: 'laptop' });
  const found = await desk.ada.createToken({ name: 'found' });
  await desk.send(`GET /api/v1/me?token=${token}`);
  await desk.send('POST /api/v1/revoke', { body: { tokens: [found.token] } });
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  const notices = page.getByRole('region', { name: 'Notices' });
  await expect(notices.getByRole('listitem')).toHaveCount(2);
  await expect(notices).toContainText('found was revoked by somebody who found it');
  await expect(notices).toContainText('laptop was sent in an address');
  await notices.getByRole('link', { name: 'laptop' }).click();
  await expect(page.getByRole('dialog', { name: 'laptop' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL('/tokens');
  await picture(page, 'notices');

  await notices.getByRole('button', { name: 'Put away: found was revoked' }).click();
  await expect(notices.getByRole('listitem')).toHaveCount(1);
  await page.reload();
  await expect(notices.getByRole('listitem')).toHaveText([/laptop was sent in an address/]);
});

test('a notice about a key leads its maker to the key', async ({ desk, page, signInAs }) => {
  const { token } = await desk.ada.createKey({ name: 'billing' });
  await desk.send(`GET /api/v1/me?token=${token}`);
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  await page.getByRole('region', { name: 'Notices' }).getByRole('link', { name: 'billing' }).click();
  await expect(page).toHaveURL(/\/admin\/keys\?key=/);
  await expect(page.getByRole('dialog', { name: 'billing' })).toBeVisible();
});

test('a rotation answers the notice that a secret was seen', async ({ desk, page, signInAs }) => {
  const { token, credential } = await desk.ada.createToken({ name: 'laptop' });
  await desk.send(`GET /api/v1/me?token=${token}`);
  desk.clock.advance({ seconds: 1 });
  await desk.ada.send(`POST /api/v1/tokens/${credential.id}/rotate`, { body: { graceSeconds: 0 } });
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await expect(tokenCard(page, 'laptop')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Notices' })).toHaveCount(0);
});

test('where putting away is refused, the notice comes back', async ({ desk, page, signInAs }) => {
  const { token } = await desk.ada.createToken({ name: 'laptop' });
  await desk.send(`GET /api/v1/me?token=${token}`);
  await signInAs(desk.ada);
  await page.route('**/trpc/notices.dismiss', (route) => route.abort());
  await page.goto('/tokens');
  await page.getByRole('button', { name: /^Put away/ }).click();
  await expect(page.getByText('The notice stays').first()).toBeVisible();
  await expect(page.getByRole('region', { name: 'Notices' }).getByRole('listitem')).toHaveCount(1);
});

test('what the daily verification found leads an admin to the audit log, and is put away for good', async ({
  desk,
  page,
  signInAs,
}) => {
  await desk.runtime.seals.sealer.seal();
  await desk.sql('alter table audit_events disable trigger audit_events_append_only');
  await desk.sql("update audit_events set actor_label = 'eve' where sequence = 1");
  await desk.runtime.jobs.boss.send('verify-audit');
  await desk.runJobs();
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  const notices = page.getByRole('region', { name: 'Notices' });
  await expect(notices).toContainText('The audit log is not intact');
  await expect(notices).toContainText('Row 1 was changed.');
  await picture(page, 'notices-audit');
  await notices.getByRole('link', { name: 'audit log' }).click();
  await expect(page).toHaveURL('/admin/audit');
  await page.goto('/dashboard');
  await notices.getByRole('button', { name: 'Put away: The audit log is not intact' }).click();
  await expect(notices).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(notices).toHaveCount(0);
});
