import { signInByPassword, userMenu } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';

test('signing in and out again', async ({ desk, page }) => {
  await page.goto('/');
  await expect(page).toHaveURL('/login');
  await expect(page.getByLabel('E-mail')).toBeFocused();
  await signInByPassword(page, desk.ada.email, desk.ada.password);
  await expect(page).toHaveURL('/dashboard');

  await page.getByRole('link', { name: 'Tokens', exact: true }).click();
  await expect(page).toHaveURL('/tokens');
  await userMenu(page).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/login');
  await page.goBack();
  await expect(page).toHaveURL(/\/login/);
  await page.goto('/tokens');
  await expect(page).toHaveURL('/login?next=%2Ftokens');
});

test('what is missing or wrong is said in place', async ({ desk, page }) => {
  await page.goto('/login');
  await expect(page.getByText('Ask an admin for a reset link.')).toBeVisible();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByLabel('E-mail')).toHaveAccessibleDescription('Enter your e-mail address.');
  await signInByPassword(page, desk.ada.email, 'not the password at all');
  await expect(page.getByRole('alert').filter({ hasText: /wrong/i })).toBeVisible();
  await expect(page).toHaveURL('/login');
  await page.getByLabel('Password', { exact: true }).fill(desk.ada.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/dashboard');
});

test('a deactivated account is told so', async ({ desk, page }) => {
  const grace = await desk.join('Grace', 'member');
  await desk.ada.send(`POST /api/v1/users/${grace.id}/deactivate`, { body: {} });
  await page.goto('/login');
  await signInByPassword(page, grace.email, grace.password);
  await expect(page.getByRole('alert').filter({ hasText: 'deactivated' })).toBeVisible();
});

test('one comes back to the page that was asked for, query and all', async ({ desk, page }) => {
  await page.goto('/tokens?status=active&sort=name');
  await expect(page).toHaveURL(/\/login\?next=/);
  await signInByPassword(page, desk.ada.email, desk.ada.password);
  await expect(page).toHaveURL('/tokens?status=active&sort=name');
});

for (const hostile of [
  '//evil.example',
  '/\\evil.example',
  'https://evil.example/',
  '/%09/evil.example',
  '/login',
]) {
  test(`signing in never leads away: ${hostile}`, async ({ desk, page }) => {
    await page.goto(`/login?next=${encodeURIComponent(hostile)}`);
    await signInByPassword(page, desk.ada.email, desk.ada.password);
    await page.waitForURL((url) => url.pathname !== '/login');
    expect(new URL(page.url()).origin).toBe(desk.origin);
  });
}

test('the password can be looked at, and is never sent by the page itself', async ({ page }) => {
  await page.goto('/login');
  const password = page.getByLabel('Password', { exact: true });
  await expect(password).toHaveAttribute('type', 'password');
  await page.getByRole('button', { name: 'Show password' }).click();
  await expect(password).toHaveAttribute('type', 'text');
  await expect(password).toHaveAttribute('autocomplete', 'current-password');
  await expect(page.locator('form')).toHaveAttribute('method', 'post');
});

test('what is typed before the script is there stays, and is sent once it is', async ({ desk, page }) => {
  const script = Promise.withResolvers<void>();
  await page.route('**/_next/static/**/*.js', async (route) => {
    await script.promise;
    await route.continue();
  });
  await page.goto('/login', { waitUntil: 'commit' });
  await page.getByLabel('E-mail').fill(desk.ada.email);
  const password = page.getByLabel('Password', { exact: true });
  await password.fill(desk.ada.password);
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeDisabled();
  await password.press('Enter');
  script.resolve();
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
  await expect(password).toHaveValue(desk.ada.password);
  await password.press('Enter');
  await expect(page).toHaveURL('/dashboard');
});

test('the pages of links say so when there is none', async ({ page }) => {
  for (const path of ['/invite', '/reset']) {
    await page.goto(path);
    await expect(page.getByText('This page needs its link.')).toBeVisible();
    await page.goto(`${path}#code=never`);
    await expect(page.getByText('does not work any more')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Go to sign-in' })).toBeVisible();
  }
});
