import { goodPassword, signIn } from '#server/testing/person.ts';
import { createToken, signInByPassword } from './desk-pages.ts';
import { expect } from './fixtures.ts';
import { check, views } from './views.ts';
import { withWaysIn } from './ways-in-fixtures.ts';

/** A server with every way in configured. */
const test = withWaysIn();

test.describe.configure({ timeout: 60_000 });

test('signing in at the issuer leads back to where one was going', async ({ page }) => {
  await page.goto('/tokens?sort=name');
  await page.getByRole('button', { name: 'Sign in with Test issuer' }).click();
  await expect(page).toHaveURL('/tokens?sort=name');
  await expect(page.getByRole('heading', { name: 'Tokens', exact: true })).toBeVisible();
});

test('whom the issuer does not vouch for is told why, and can sign in another way', async ({
  desk,
  issuer,
  page,
}) => {
  issuer.person = { ...issuer.person, email_verified: false };
  await page.goto('/tokens?sort=name');
  await page.getByRole('button', { name: 'Sign in with Test issuer' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'not confirmed there' })).toBeVisible();
  await signInByPassword(page, desk.ada.email, desk.ada.password);
  await expect(page).toHaveURL('/tokens?sort=name');
});

test('a mailed link is good for one press of its button', async ({ desk, mailbox, page }) => {
  await page.goto('/tokens?sort=name');
  await page.getByRole('button', { name: 'Mail me a link' }).click();
  await expect(page.getByLabel('E-mail')).toHaveAccessibleDescription('Enter your e-mail address.');
  await page.getByLabel('E-mail').fill(desk.ada.email);
  await page.getByRole('button', { name: 'Mail me a link' }).click();
  await expect(page.getByText('a link is on its way')).toBeVisible();
  await expect(page.getByText('Forgotten your password?'), 'it is mailed').toHaveCount(0);
  await desk.settle();
  await desk.runJobs();
  const link = /http\S+\/magic#code=\w+/.exec(mailbox.mails.at(-1)?.text ?? '')?.[0] ?? '';
  await page.goto(link);
  await page.waitForLoadState('networkidle');
  await expect(page).toHaveURL('/magic');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/tokens?sort=name');

  // A page that asks for something meanwhile would lead to signing in by itself.
  await page.goto('about:blank');
  await page.context().clearCookies();
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'does not work any more' })).toBeVisible();
});

test('whose password an admin chose is led to choose another', async ({ desk, page }) => {
  const eve = await desk.join('Eve', 'admin');
  const password = 'chosen by an admin for you';
  await desk.ada.send(`POST /api/v1/users/${eve.id}/set-password`, { body: { password } });
  await page.goto('/login');
  await signInByPassword(page, eve.email, password);
  await expect(page).toHaveURL(/\/reset/);
});

test('one’s account: name, password, sessions, linked sign-ins', async ({ desk, page, signInAs }) => {
  const other = await signIn(desk, desk.ada.email, goodPassword);
  await signInAs(desk.ada);
  await page.goto('/account');
  await page.getByLabel('Name').fill('Ada King');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByText('Your name is saved')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Account of Ada King' })).toBeVisible();

  await page.getByLabel('Current password').fill('not this one');
  await page.getByLabel('New password').fill('eleven herons on the weir');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByLabel('Current password')).toHaveAccessibleDescription('This is not your password.');
  await page.getByRole('button', { name: 'Sign out node' }).click();
  await expect(page.getByText('Signed out there')).toBeVisible();
  expect((await other.send('GET /api/v1/me')).status).toBe(401);
  await page.getByLabel('Current password').fill(desk.ada.password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password is changed')).toBeVisible();

  await page.getByRole('button', { name: 'Link', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Unlink' })).toBeVisible();
  await page.getByRole('button', { name: 'Unlink' }).click();
  await expect(page.getByRole('button', { name: 'Link', exact: true })).toBeVisible();
});

test('who signed in long ago and has no password is led to the sign-in page, and back', async ({
  desk,
  issuer,
  page,
  signInAs,
}) => {
  await desk.sql('update users set password_hash = null');
  await signInAs(desk.ada);
  await page.goto('/tokens?sort=name');
  desk.clock.advance({ hours: 13 });
  await createToken(page, 'laptop');
  const dialog = page.getByRole('alertdialog', { name: 'Confirm that it is you' });
  await expect(dialog.getByRole('link', { name: 'Sign in again' })).toBeFocused();
  await expect(dialog.getByRole('textbox')).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/login\?again=1&next=%2Ftokens/);
  await page.getByRole('button', { name: 'Sign in with Test issuer' }).click();
  await expect(page.getByText('You were not asked to sign in again there.')).toBeVisible();
  // The issuer's clock stands where the desk's began.
  issuer.forges = { claims: { auth_time: Math.floor(desk.clock.now().getTime() / 1_000) } };
  await page.getByRole('button', { name: 'Sign in with Test issuer' }).click();
  await expect(page).toHaveURL(/\/tokens\?sort=name/);
  await createToken(page, 'laptop');
  await expect(page.getByRole('button', { name: 'Copy token' })).toBeVisible();
});

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });

    test(`the ways in and the account, ${view}`, async ({ desk, page, signInAs }) => {
      await page.goto('/login?error=oidc_unknown');
      await expect(page.getByRole('button', { name: 'Sign in with Test issuer' })).toBeVisible();
      await check(page, `login-ways-${view}`);
      await page.goto('/magic');
      await expect(page.getByText('This page needs the link')).toBeVisible();
      await check(page, `magic-none-${view}`);
      await page.goto('/login');
      await page.goto('/magic#code=made-up');
      await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
      await check(page, `magic-${view}`);
      await signIn(desk, desk.ada.email, goodPassword);
      await signInAs(desk.ada);
      await page.goto('/account');
      await expect(page.getByRole('button', { name: 'Sign out everywhere else' })).toBeVisible();
      await check(page, `account-${view}`);
    });

    test(`confirming that it is you, ${view}`, async ({ desk, page, signInAs }) => {
      await signInAs(desk.ada);
      desk.clock.advance({ hours: 13 });
      await page.goto('/tokens');
      await createToken(page, 'laptop');
      const other = page.getByRole('link', { name: 'Sign in another way' });
      await expect(other).toHaveAttribute('href', '/login?again=1&next=%2Ftokens');
      await check(page, `confirm-${view}`);
      await desk.sql('update users set password_hash = null');
      await page.goto('/tokens');
      await createToken(page, 'laptop');
      await expect(page.getByRole('link', { name: 'Sign in again' })).toBeFocused();
      await check(page, `confirm-no-password-${view}`);
    });
  });
}
