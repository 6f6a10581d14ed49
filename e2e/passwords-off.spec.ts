import { issueSetupCode } from '#server/people/first-admin/commands.ts';
import { textOf } from '#server/testing/caller.ts';
import { openEmptyDesk } from '#server/testing/desk.ts';
import { createToken } from './desk-pages.ts';
import { expect, pages } from './fixtures.ts';
import { check, views } from './views.ts';
import { withWaysIn } from './ways-in-fixtures.ts';

const off = { KEYWARD_PASSWORDS: 'off' };

/** A server without passwords, where people sign in at the issuer or by a mailed link. */
const test = withWaysIn(off);

test.describe.configure({ timeout: 60_000 });

test('an invited person signs in at the issuer, and is linked', async ({ desk, issuer, page }) => {
  const body = { name: 'Bob', email: 'bob@example.com', role: 'member' };
  const added = await desk.ada.send('POST /api/v1/users', { body });
  issuer.person = { sub: 'eve', email: 'eve@example.com', email_verified: true };
  await page.goto(textOf(added.body['inviteUrl']));
  await expect(page.getByText('sign in as bob@example.com')).toBeVisible();
  await expect(page.getByLabel('Password')).toHaveCount(0);
  await page.getByRole('button', { name: 'Sign in with Test issuer' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'another e-mail address' })).toBeVisible();

  issuer.person = { sub: 'bob', email: 'bob@example.com', email_verified: true };
  await page.goto('/invite');
  await page.getByRole('button', { name: 'Sign in with Test issuer' }).click();
  await expect(page).toHaveURL('/dashboard');
  await page.goto('/account');
  await expect(page.getByRole('button', { name: 'Unlink' })).toBeVisible();
});

test('what needs a recent sign-in leads to the issuer and back', async ({ desk, issuer, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/tokens?sort=name');
  desk.clock.advance({ hours: 13 });
  await createToken(page, 'laptop');
  const dialog = page.getByRole('alertdialog', { name: 'Confirm that it is you' });
  await expect(dialog.getByText('You signed in a while ago.', { exact: true })).toBeVisible();
  await dialog.getByRole('link', { name: 'Sign in again' }).click();
  // The issuer's clock stands where the desk's began.
  issuer.forges = { claims: { auth_time: Math.floor(desk.clock.now().getTime() / 1_000) } };
  await page.getByRole('button', { name: 'Sign in with Test issuer' }).click();
  await expect(page).toHaveURL('/tokens?sort=name');
  await createToken(page, 'laptop');
  await expect(page.getByRole('button', { name: 'Copy token' })).toBeVisible();
});

test('a mailed link is asked for where there is no password field', async ({ desk, mailbox, page }) => {
  await page.goto('/login');
  await expect(page.getByLabel('Password')).toHaveCount(0);
  await page.getByRole('button', { name: 'Email me a link' }).click();
  await expect(page.getByLabel('E-mail')).toHaveAccessibleDescription('Enter your e-mail address.');
  await page.getByLabel('E-mail').fill(desk.ada.email);
  await page.keyboard.press('Enter');
  await expect(page.getByText('a link is on its way')).toBeVisible();
  await desk.settle();
  await desk.runJobs();
  await page.goto(/http\S+\/magic#code=\w+/.exec(mailbox.mails.at(-1)?.text ?? '')?.[0] ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/dashboard');
});

test('an admin is offered no password of others, and an invite link instead', async ({
  desk,
  page,
  signInAs,
}) => {
  const body = { name: 'Bob', email: 'bob@example.com', role: 'member' };
  await desk.ada.send('POST /api/v1/users', { body });
  await desk.sql("update users set last_sign_in_at = now() where email = 'bob@example.com'");
  await signInAs(desk.ada);
  await page.goto('/admin/users');
  await page.getByRole('button', { name: 'Actions for Bob' }).click();
  await expect(page.getByRole('menuitem', { name: 'Invite link…' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: /password|Reset/ })).toHaveCount(0);
  await page.getByRole('menuitem', { name: 'Invite link…' }).click();
  await page.getByRole('button', { name: 'Make invite link' }).click();
  await expect(page.getByRole('button', { name: 'Copy invite link' })).toBeVisible();
});

test('the first admin is asked for no password', async ({ issuer, page }) => {
  await using desk = await openEmptyDesk({ pages, settings: { ...issuer.settings, ...off } });
  const code = (await issueSetupCode(desk.runtime))?.reveal() ?? '';
  await page.goto(`${desk.origin}/setup?code=${code}`);
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await expect(page.getByLabel('Password')).toHaveCount(0);
  await page.getByRole('button', { name: 'Create the first admin' }).click();
  await expect(page).toHaveURL(`${desk.origin}/dashboard`);
});

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });

    test(`pages without passwords, ${view}`, async ({ desk, issuer, page, signInAs }) => {
      await page.goto('/login?error=identity_unlinked');
      await expect(page.getByRole('button', { name: 'Sign in with Test issuer' })).toBeVisible();
      await check(page, `passwords-off-login-${view}`);
      const body = { name: 'Bob', email: 'bob@example.com', role: 'member' };
      const added = await desk.ada.send('POST /api/v1/users', { body });
      await page.goto(textOf(added.body['inviteUrl']));
      await expect(page.getByRole('button', { name: 'Email me a link' })).toBeVisible();
      await check(page, `passwords-off-invite-${view}`);
      await signInAs(desk.ada);
      await page.goto('/account');
      await expect(page.getByRole('button', { name: 'Link', exact: true })).toBeVisible();
      await check(page, `passwords-off-account-${view}`);
      await page.goto('/admin/users');
      await page.getByRole('button', { name: 'Add person' }).click();
      await expect(page.getByText('With it they sign in with Test issuer')).toBeVisible();
      await check(page, `passwords-off-add-${view}`);
      await using only = await openEmptyDesk({ pages, settings: { ...issuer.settings, ...off } });
      const code = (await issueSetupCode(only.runtime))?.reveal() ?? '';
      await page.goto(`${only.origin}/setup?code=${code}`);
      await expect(page.getByText('Passwords are off')).toBeVisible();
      await check(page, `passwords-off-setup-${view}`);
    });
  });
}
