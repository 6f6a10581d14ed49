import { issueSetupCode } from '#server/people/first-admin/commands.ts';
import { goodPassword } from '#server/testing/person.ts';
import { chooseAction, createToken } from './desk-pages.ts';
import { clipboard, expect, picture, test } from './fixtures.ts';

test('from the first boot to a token that works, and then does not', async ({ emptyDesk, page }) => {
  const code = (await issueSetupCode(emptyDesk.runtime))?.reveal() ?? '';
  await page.goto(`${emptyDesk.origin}/setup?code=${code}`);
  await expect(page).toHaveURL(`${emptyDesk.origin}/setup`);
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password', { exact: true }).fill(goodPassword);
  await expect(page.getByText(`${goodPassword.length} characters.`)).toBeVisible();
  await page.getByRole('button', { name: 'Create the first admin' }).click();

  await expect(page).toHaveURL(`${emptyDesk.origin}/dashboard`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Ada');
  await createToken(page, 'laptop');
  await page.getByRole('button', { name: 'Copy token' }).click();
  const token = await clipboard(page);
  expect(token).toMatch(/^kw_pat_[0-9A-Za-z]{38}$/);
  await page.getByRole('button', { name: 'Done' }).click();
  const me = await emptyDesk.send('GET /api/v1/me', { token });
  expect(me.status).toBe(200);
  expect(me.body.user?.email).toBe('ada@example.com');

  await page.getByRole('button', { name: 'Copy command' }).click();
  expect(await clipboard(page)).toBe(
    `curl -H "Authorization: Bearer $KEYWARD_TOKEN" ${emptyDesk.origin}/api/v1/me`,
  );
  await picture(page, 'dashboard-first-admin');
  await page.getByRole('link', { name: 'Add person' }).click();
  await expect(page.getByRole('dialog', { name: 'Add a person' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).toHaveURL(`${emptyDesk.origin}/admin/users`);
  await page.getByRole('link', { name: 'Tokens', exact: true }).click();
  await chooseAction(page, 'laptop', 'Revoke');
  await page.getByRole('button', { name: 'Revoke token' }).click();
  await expect(page.getByText('laptop is revoked')).toBeVisible();
  const refused = await emptyDesk.send('GET /api/v1/me', { token });
  expect(refused.status).toBe(401);
  expect(refused.body.code).toBe('token_revoked');
});

test('without its code the set-up page says where to find it', async ({ emptyDesk, page }) => {
  await page.goto(`${emptyDesk.origin}/setup`);
  await expect(page.getByText('This page needs its code.')).toBeVisible();
  await expect(page.getByRole('textbox')).toHaveCount(0);
});

test('a set-up that is refused says so beside the fields', async ({ emptyDesk, page }) => {
  await page.goto(`${emptyDesk.origin}/setup?code=wrong`);
  await page.getByRole('button', { name: 'Create the first admin' }).click();
  await expect(page.getByLabel('Name')).toBeFocused();
  await expect(page.getByLabel('E-mail')).toHaveAccessibleDescription('Enter your e-mail address.');
  await page.getByLabel('Name').fill('Ada');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password', { exact: true }).fill('password1234');
  await page.getByRole('button', { name: 'Create the first admin' }).click();
  await expect(
    page
      .getByRole('alert')
      .or(page.getByText(/common/i))
      .first(),
  ).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill(goodPassword);
  await page.getByRole('button', { name: 'Create the first admin' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'code' })).toBeVisible();
});

test('once there is a user the set-up page is gone', async ({ desk, page }) => {
  const answer = await page.goto(`${desk.origin}/setup?code=x`);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'Keyward is set up already' })).toBeVisible();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${desk.origin}/login`);
});

test('the length of a password is told without a verdict, and beside what the server says', async ({
  emptyDesk,
  page,
}) => {
  const code = (await issueSetupCode(emptyDesk.runtime))?.reveal() ?? '';
  await page.goto(`${emptyDesk.origin}/setup?code=${code}`);
  const password = page.getByLabel('Password', { exact: true });
  await expect(password).toHaveAccessibleDescription(/^At least 8 characters/);
  await password.fill('passwor');
  await expect(password).toHaveAccessibleDescription('7 characters. At least 8 are needed.');
  await password.fill('password');
  await expect(password).toHaveAccessibleDescription('8 characters. 15 or more is better.');
  await page.getByLabel('Name').fill('Ada');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByRole('button', { name: 'Create the first admin' }).click();
  await expect(password).toHaveAccessibleDescription(/8 characters\. 15 or more is better\.$/);
  await expect(page.getByText('8 characters. 15')).toBeVisible();
  await expect(password).toHaveAttribute('aria-invalid', 'true');
});

test('reloading keeps the set-up code, until it is refused', async ({ emptyDesk, page }) => {
  const code = (await issueSetupCode(emptyDesk.runtime))?.reveal() ?? '';
  await page.goto(`${emptyDesk.origin}/setup?code=${code}`);
  await page.reload();
  await expect(page.getByLabel('Name')).toBeVisible();

  await page.goto(`${emptyDesk.origin}/setup?code=wrong`);
  await page.getByLabel('Name').fill('Ada');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password', { exact: true }).fill(goodPassword);
  await page.getByRole('button', { name: 'Create the first admin' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'code' })).toBeVisible();
  await expect(page.getByLabel('Name')).toHaveValue('Ada');
  await page.reload();
  await expect(page.getByText('This page needs its code.')).toBeVisible();
});
