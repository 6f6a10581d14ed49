import { createToken, signInByPassword, userMenu } from './desk-pages.ts';
import { expect, picture, test } from './fixtures.ts';

// These are members: an admin's page counts the alerts a moment later, and would hear by that.
// An open page hears of the end within a second: unless its stream hangs, as it does here, and the next call tells.
test.beforeEach(({ page }) => page.route('**/trpc/live.changes*', () => {}));

test('whose session ends before making something signs in and is back in the same place', async ({
  desk,
  page,
  signInAs,
}) => {
  const bob = await desk.join('Bob', 'member');
  await signInAs(bob);
  await page.goto('/tokens?sort=name');
  await expect(page.getByText('No tokens yet')).toBeVisible();
  desk.clock.advance({ days: 31 });
  await createToken(page, 'laptop');
  await expect(page).toHaveURL(`/login?next=${encodeURIComponent('/tokens?sort=name')}`);
  await signInByPassword(page, bob.email, bob.password);
  await expect(page).toHaveURL('/tokens?sort=name');
  await expect(page.getByText('No tokens yet')).toBeVisible();
});

test('whose session ends before looking something up signs in and sees it', async ({
  desk,
  page,
  signInAs,
}) => {
  const bob = await desk.join('Bob', 'member');
  await bob.createToken({ name: 'laptop', expiresInDays: 60 });
  await signInAs(bob);
  await page.goto('/tokens');
  await expect(page.getByRole('article')).toHaveCount(1);
  desk.clock.advance({ days: 31 });
  await page.getByRole('button', { name: /^Disabled/ }).click();
  await expect(page).toHaveURL(`/login?next=${encodeURIComponent('/tokens?status=disabled')}`);
  await signInByPassword(page, bob.email, bob.password);
  await expect(page.getByRole('heading', { name: 'No disabled tokens' })).toBeVisible();
});

test('signing out in one tab signs out the others, and says why', async ({
  desk,
  page,
  context,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/tokens?sort=name');
  await expect(page.getByText('No tokens yet')).toBeVisible();
  const other = await context.newPage();
  await other.goto('/dashboard');
  await userMenu(other).click();
  await other.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(other).toHaveURL('/login');
  await expect(page).toHaveURL(`/login?next=${encodeURIComponent('/tokens?sort=name')}`);
  await expect(page.getByText('You were signed out. Sign in to go on.')).toBeVisible();
  await picture(page, 'login-signed-out');
  await expect(other.getByText('You were signed out.')).toHaveCount(0);
  await signInByPassword(page, desk.ada.email, desk.ada.password);
  await expect(page).toHaveURL('/tokens?sort=name');
});
