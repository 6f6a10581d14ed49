import { issueSetupCode } from '#server/people/first-admin/commands.ts';
import { openDesk, openEmptyDesk } from '#server/testing/desk.ts';
import { goodPassword } from '#server/testing/person.ts';
import { signInByPassword } from './desk-pages.ts';
import { expect, pages, picture, test } from './fixtures.ts';

test('old addresses lead on', async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/profile');
  await expect(page).toHaveURL('/tokens');
  await page.goto('/admin');
  await expect(page).toHaveURL('/admin/users');
  await page.goto('/api');
  await expect(page).toHaveURL('/docs/api');
  await page.goto('/');
  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByRole('link', { name: 'Home', exact: true })).toHaveAttribute('aria-current', 'page');
  await page.getByRole('link', { name: 'Tokens', exact: true }).click();
  await expect(page).toHaveURL('/tokens');
  await expect(page.getByRole('link', { name: 'Tokens', exact: true })).toHaveAttribute(
    'aria-current',
    'page',
  );
  await page.getByRole('link', { name: 'Keyward, home' }).click();
  await expect(page).toHaveURL('/dashboard');
});

test('no such page', async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  const answer = await page.goto('/nowhere');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await page.getByRole('link', { name: 'Go to the dashboard' }).click();
  await expect(page).toHaveURL('/dashboard');
});

test('no access to a page of admins', async ({ desk, page, signInAs }) => {
  await signInAs(await desk.join('Grace', 'member'));
  const answer = await page.goto('/admin/users');
  expect(answer?.status()).toBe(403);
  await expect(page.getByRole('heading', { name: 'You have no access to this page' })).toBeVisible();
});

test.describe('opened at another address than KEYWARD_URL', () => {
  const settings = { KEYWARD_URL: 'https://desk.example' };
  const words = (open: string) =>
    `This page is open at ${open}, but this Keyward is at https://desk.example. Open it there.`;

  test('signing in says where to open it', async ({ page }) => {
    await using desk = await openDesk({ pages, settings });
    await page.goto(`${desk.origin}/login`);
    await signInByPassword(page, desk.ada.email, desk.ada.password);
    await expect(page.getByRole('alert').filter({ hasText: words(desk.origin) })).toBeVisible();
    await picture(page, 'login-other-address');
  });

  test('so does the set-up', async ({ page }) => {
    await using desk = await openEmptyDesk({ pages, settings });
    const code = (await issueSetupCode(desk.runtime))?.reveal() ?? '';
    await page.goto(`${desk.origin}/setup?code=${code}`);
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password', { exact: true }).fill(goodPassword);
    await page.getByRole('button', { name: 'Create the first admin' }).click();
    await expect(page.getByRole('alert').filter({ hasText: words(desk.origin) })).toBeVisible();
  });
});
