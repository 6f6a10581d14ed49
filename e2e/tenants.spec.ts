import { chooseAction } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';
import { check } from './views.ts';

test.describe.configure({ timeout: 60_000 });

test('a platform admin makes a tenant, suspends, resumes, deletes and restores it', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/admin/settings');
  await page.getByRole('main').getByRole('link', { name: 'Tenants' }).click();
  await expect(page).toHaveURL('/admin/tenants');
  await page.getByRole('button', { name: 'New tenant' }).click();
  const dialog = page.getByRole('dialog', { name: 'New tenant' });
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Acme Ltd');
  await dialog.getByRole('textbox', { name: 'Short name' }).fill('Acme');
  await dialog.getByRole('textbox', { name: 'First admin' }).fill('Grace Hopper');
  await dialog.getByRole('textbox', { name: 'E-mail' }).fill('grace@acme.example');
  await dialog.getByRole('button', { name: 'Create tenant' }).click();
  await expect(dialog.getByText('Lower-case letters, digits and hyphens, at most 63.')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Short name' }).fill('acme');
  await dialog.getByRole('button', { name: 'Create tenant' }).click();
  await expect(page.getByRole('dialog', { name: 'Invite for Grace Hopper' })).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).click();

  const row = page.getByRole('article', { name: 'Acme Ltd' });
  await expect(row).toContainText('1 user');
  await chooseAction(page, 'Acme Ltd', 'Suspend…');
  await page.getByRole('textbox', { name: 'Reason' }).fill('The contract ended');
  await page.getByRole('button', { name: 'Suspend tenant' }).click();
  await expect(row).toContainText('Suspended');
  await expect(row).toContainText('The contract ended');
  await chooseAction(page, 'Acme Ltd', 'Resume');
  await expect(row).toContainText('Active');
  await chooseAction(page, 'Acme Ltd', 'Delete…');
  await page.getByRole('textbox', { name: 'Type acme to confirm' }).fill('default');
  await page.getByRole('button', { name: 'Delete tenant' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.getByRole('textbox', { name: 'Type acme to confirm' }).fill('acme');
  await page.getByRole('button', { name: 'Delete tenant' }).click();
  await expect(row).toContainText('Deleted');
  await chooseAction(page, 'Acme Ltd', 'Restore');
  await expect(row).toContainText('Active');
  await check(page, 'tenants-1280');
  await page.setViewportSize({ width: 360, height: 740 });
  await check(page, 'tenants-360');
});

test('the tenant of the platform’s admins can be neither suspended nor deleted there, and other admins see no tenants', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/admin/tenants');
  await page.getByRole('button', { name: 'Actions for Default' }).click();
  await expect(page.getByRole('menuitem', { name: 'Rename…' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: /Suspend|Delete/ })).toHaveCount(0);
  await signInAs(await desk.join('Bob', 'admin'));
  const answer = await page.goto('/admin/tenants');
  expect(answer?.status()).toBe(403);
  await page.goto('/admin/settings');
  await expect(page.getByText('The audit log is kept')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Tenants' })).toHaveCount(0);
});

test('the list of tenants is worked with the keyboard alone', async ({ desk, page, signInAs }) => {
  await desk.ada.send('POST /api/v1/tenants', { body: { slug: 'acme', name: 'Acme Ltd' } });
  await signInAs(desk.ada);
  await page.goto('/admin/tenants');
  await expect(page.getByRole('article')).toHaveCount(2);
  await page.getByRole('searchbox').focus();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Actions for Acme Ltd' })).toBeFocused();
  await page.keyboard.press('j');
  await expect(page.getByRole('button', { name: 'Actions for Default' })).toBeFocused();
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'Rename…' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Add an admin to Acme Ltd' })).toBeVisible();
});
