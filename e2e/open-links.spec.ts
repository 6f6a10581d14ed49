import type { Page } from '@playwright/test';
import { textOf } from '#server/testing/caller.ts';
import type { Desk } from '#server/testing/desk.ts';
import { post } from '#server/testing/oauth.ts';
import { expect as expectAnswer } from '#server/testing/person.ts';
import { expect, test } from './fixtures.ts';
import { check, views } from './views.ts';

const links = (page: Page) => page.getByRole('list', { name: 'Open links' }).getByRole('article');

/** One of each kind, by two admins and a token; the names are long. */
async function issueSome(desk: Desk) {
  const eve = await desk.join('Evangelina', 'admin');
  const { token } = await eve.createToken({ name: 'provisioning-from-the-directory' });
  const person = { name: 'Maximiliane von Hohenstein', email: 'maximiliane.von.hohenstein@example.com' };
  expectAnswer(201, await desk.send('POST /api/v1/users', { token, body: { ...person, role: 'member' } }));
  const bob = await desk.join('Bob', 'member');
  expectAnswer(200, await desk.ada.send(`POST /api/v1/users/${bob.id}/reset-password`, { body: {} }));
  const chosen = { name: 'Carl', email: 'carl@example.com', role: 'viewer', password: 'four grey herons' };
  expectAnswer(201, await eve.send('POST /api/v1/users', { body: chosen }));
  expectAnswer(201, await eve.send('POST /api/v1/setup-codes', { body: { label: 'new laptop' } }));
  const ask = { client_id: 'keyward-cli', host: 'build-machine-07' };
  const { body } = expectAnswer(200, await post(desk, '/oauth/device_authorization', ask));
  const userCode = textOf(body['user_code']);
  expectAnswer(200, await desk.ada.send('POST /trpc/device.approve', { body: { userCode } }));
}

test('an admin sees what was handed out, by whom, and revokes it', async ({ desk, page, signInAs }) => {
  await issueSome(desk);
  await signInAs(desk.ada);
  await page.goto('/admin/users');
  await page.getByRole('link', { name: 'Open links' }).click();
  await expect(page).toHaveURL('/admin/links');
  await expect(links(page)).toHaveCount(5);
  const invite = page.getByRole('article', { name: 'the invite for Maximiliane von Hohenstein' });
  await expect(invite).toContainText('by evangelina@example.com, with provisioning-from-the-directory');
  await expect(invite).toContainText('Expires in 24 hours');
  await invite.getByRole('button', { name: /^Revoke/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Revoke the invite for Maximiliane von Hohenstein?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(links(page)).toHaveCount(5);
  await expect(invite.getByRole('button', { name: /^Revoke/ })).toBeFocused();
  await invite.getByRole('button', { name: /^Revoke/ }).click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('Invite revoked')).toBeVisible();
  await expect(links(page)).toHaveCount(4);
});

test('an admin who is deactivated takes along what they handed out, as one watches', async ({
  desk,
  page,
  signInAs,
}) => {
  await issueSome(desk);
  await signInAs(desk.ada);
  await page.goto('/admin/links');
  await expect(links(page)).toHaveCount(5);
  const [eve] = await desk.sql<{ id: string }>("select id from users where name = 'Evangelina'");
  expectAnswer(200, await desk.ada.send(`POST /api/v1/users/${eve?.id}/deactivate`, { body: {} }));
  await expect(links(page)).toHaveCount(2);
});

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height } });
    test(`no open links look right (${view})`, async ({ desk, page, signInAs }) => {
      await signInAs(desk.ada);
      await page.goto('/admin/links');
      await expect(page.getByRole('heading', { name: 'No open links' })).toBeVisible();
      await check(page, `open-links-none-${view}`, { targets: true });
    });

    test(`open links look right (${view})`, async ({ desk, page, signInAs }) => {
      await issueSome(desk);
      await signInAs(desk.ada);
      await page.goto('/admin/links');
      await expect(links(page)).toHaveCount(5);
      await check(page, `open-links-${view}`, { targets: true });
      await page.getByRole('button', { name: 'Revoke the reset link for Bob' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await check(page, `open-links-revoke-${view}`);
    });
  });
}
