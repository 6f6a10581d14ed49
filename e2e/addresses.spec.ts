import { expect, test } from './fixtures.ts';

test('old addresses lead on', async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/profile');
  await expect(page).toHaveURL('/tokens');
  await page.goto('/');
  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByRole('link', { name: 'Dashboard' })).toHaveAttribute('aria-current', 'page');
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
