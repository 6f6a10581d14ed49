import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { Desk } from '#server/testing/desk.ts';
import { expect, picture, test } from './fixtures.ts';
import { check, views } from './views.ts';

const row = (page: Page, action: string) =>
  page.getByRole('main').getByRole('listitem').filter({ hasText: action });

/** Two hundred events of the last hours. */
async function addFiller(desk: Desk): Promise<void> {
  await desk.sql(
    `insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome)
     select now() - n * interval '1 minute', $1, 'user', 'bob', 'token.create', 'ok' from generate_series(1, 200) n`,
    [desk.runtime.defaultTenantId],
  );
}

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });
    test(`the audit log can be read, ${view}`, async ({ desk, page, signInAs }) => {
      const bob = await desk.join('Bob', 'member');
      const { credential } = await bob.createToken({
        name: 'a laptop with a name that is as long as a name may ever be',
      });
      await bob.send(`PATCH /api/v1/tokens/${credential.id}`, { body: { name: 'laptop' } });
      await bob.send('GET /api/v1/audit');
      await desk.settle();
      await desk.runtime.seals.sealer.seal();
      await signInAs(desk.ada);
      await page.goto('/admin/audit');
      await expect(row(page, 'Permission denied')).toContainText('Denied');
      await expect(page.getByText(/^Sealed/)).toBeVisible();
      // That one looks is noted too, and moves what stands below it.
      await expect(row(page, 'Log read')).toBeVisible();
      const count = await page.getByRole('main').getByRole('list').getByRole('listitem').count();
      await expect(page.getByText(`${count} events`, { exact: true })).toBeVisible();
      await check(page, `audit-${view}`);
      await page.getByRole('button', { name: 'Token changed' }).click();
      await expect(page.getByRole('dialog')).toContainText('Changed: name');
      await expect(page.getByRole('dialog').getByText('token.update')).toBeVisible();
      await check(page, `audit-event-${view}`);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('button', { name: 'Token changed' })).toBeFocused();
      // As a server does every second; nothing does it here.
      await desk.settle();
      await desk.runtime.seals.sealer.seal();
      await page.getByRole('button', { name: 'Verify' }).click();
      await expect(page.getByText('Verified: nothing was changed')).toBeVisible();
      await picture(page, `audit-verified-${view}`);
      await page.goto('/admin/audit?search=nowhere');
      await expect(page.getByText('No event matches')).toBeVisible();
      await check(page, `audit-none-${view}`);
    });
  });
}

test('filters narrow the list, stand in the address, and Back undoes them', async ({
  desk,
  page,
  signInAs,
}) => {
  const bob = await desk.join('Bob', 'member');
  await bob.createToken({ name: 'laptop' });
  await signInAs(desk.ada);
  await page.goto('/admin/audit');
  await page.getByRole('button', { name: 'Action: Any action' }).click();
  await page.getByRole('menuitemradio', { name: 'token.*' }).click();
  await expect(page).toHaveURL(/action=token\.\*/);
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1);
  await page.getByRole('button', { name: 'Token made' }).click();
  await page.getByRole('button', { name: 'Only this person' }).click();
  await expect(page).toHaveURL(new RegExp(`actor=${bob.id}`));
  await page.goBack();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.goBack();
  await expect(page).not.toHaveURL(/action=/);
  await page.goto(`/admin/audit?actor=${bob.id}&search=lap`);
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1);
});

test('a link leads to one event, however far down it lies, and back to the log', async ({
  desk,
  page,
  signInAs,
}) => {
  await addFiller(desk);
  const [first] = await desk.sql<{ sequence: string }>('select min(sequence) as sequence from audit_events');
  await signInAs(desk.ada);
  await page.goto(`/admin/audit?event=${first?.sequence}&action=token.create`);
  const panel = page.getByRole('dialog', { name: 'User added' });
  await expect(panel).toContainText('first boot');
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(page).toHaveURL('/admin/audit?action=token.create');
  await expect(row(page, 'Token made').first()).toBeVisible();
  await page.goBack();
  await expect(panel).toBeVisible();
  await page.goto('/admin/audit?event=987654321');
  await expect(page.getByText('Number 987654321 is not in the log.').first()).toBeVisible();
  await expect(page).toHaveURL('/admin/audit');
});

test('what happens meanwhile comes by itself at the top, and waits where one reads further down', async ({
  desk,
  page,
  signInAs,
}) => {
  await addFiller(desk);
  await signInAs(desk.ada);
  await page.goto('/admin/audit');
  await expect(row(page, 'Token made').first()).toBeVisible();
  await desk.ada.createToken({ name: 'seen at once' });
  await expect(row(page, 'seen at once')).toBeVisible();
  await page.mouse.wheel(0, 3_000);
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(500);
  const { credential } = await desk.ada.createToken({ name: 'waits above' });
  await desk.ada.revokeToken(credential.id);
  await page.getByRole('button', { name: /new$/ }).click();
  await expect(row(page, 'waits above').first()).toBeVisible();
});

test('an export is what is filtered, and asks for the password where the sign-in is old', async ({
  desk,
  page,
  signInAs,
}) => {
  await desk.ada.createToken({ name: 'laptop' });
  await signInAs(desk.ada);
  desk.clock.advance({ hours: 13 });
  await page.goto('/admin/audit?action=token.create');
  await page.getByRole('button', { name: 'Export' }).click();
  await expect(page.getByRole('menuitem')).toHaveCount(3);
  await picture(page, 'audit-export');
  await page.getByRole('menuitem', { name: 'CSV, for other spreadsheets' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Your password', { exact: true }).fill(desk.ada.password);
  const downloading = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const text = await readFile(await (await downloading).path(), 'utf8');
  expect(text.trim().split('\r\n')).toHaveLength(2);
  expect(text).toContain('laptop');
});

test('a log that was tampered with says so, and where', async ({ desk, page, signInAs }) => {
  await desk.ada.createToken({ name: 'laptop' });
  await desk.runtime.seals.sealer.seal();
  await desk.sql('alter table audit_events disable trigger audit_events_append_only');
  await desk.sql('delete from audit_events where sequence = 2');
  await signInAs(desk.ada);
  await page.goto('/admin/audit');
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByText('Row 2 is missing.')).toBeVisible();
  await picture(page, 'audit-tampered');
});

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });
    test(`a log whose sealing has stopped says so, before it is verified and after, ${view}`, async ({
      desk,
      page,
      signInAs,
    }) => {
      await desk.settle();
      await desk.runtime.seals.sealer.seal();
      await desk.sql(
        `insert into audit_events (time, recorded_at, tenant_id, actor_kind, actor_label, action, outcome)
         select now() - interval '4 minutes', now() - interval '4 minutes', $1, 'system', 'Keyward', 'audit.archive', 'ok'`,
        [desk.runtime.defaultTenantId],
      );
      await desk.runtime.seals.watch.look();
      await signInAs(desk.ada);
      await page.goto('/admin/audit');
      await expect(page.getByText(/^Sealing has stopped: row \d+ has waited 4 minutes/)).toBeVisible();
      await check(page, `audit-unsealed-${view}`);
      await page.getByRole('button', { name: 'Verify' }).click();
      await expect(page.getByRole('button', { name: 'Verifying…' })).toHaveCount(0);
      await expect(page.getByText(/^Sealing has stopped: row \d+ has waited 4 minutes/)).toBeVisible();
      await expect(page.getByText('Verified: nothing was changed')).toHaveCount(0);
      await picture(page, `audit-unsealed-verified-${view}`);
    });
  });
}

for (const role of ['manager', 'member', 'viewer'] as const) {
  test(`a ${role} gets neither the page nor the link to it`, async ({ desk, page, signInAs }) => {
    const person = await desk.join('Grace', role);
    await signInAs(person);
    const answer = await page.goto('/admin/audit');
    expect(answer?.status()).toBe(403);
    await page.goto('/dashboard');
    await expect(page.getByRole('link', { name: 'Audit' })).toHaveCount(0);
    expect((await person.send('GET /api/v1/audit')).status).toBe(403);
    expect((await person.send('GET /api/v1/audit/export')).status).toBe(403);
  });
}
