import { chooseAction, tokenCard, tokenNames } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';

test('a token is renamed, switched off and on, and revoked for good', async ({ desk, page, signInAs }) => {
  const { token } = await desk.ada.createToken({ name: 'laptop' });
  await desk.ada.createToken({ name: 'taken' });
  const status = async () => (await desk.send('GET /api/v1/me', { token })).status;
  await signInAs(desk.ada);
  await page.goto('/tokens');

  await chooseAction(page, 'laptop', 'Rename');
  await page.getByRole('textbox', { name: 'Name' }).fill('taken');
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveAccessibleDescription(
    /already|taken|another/i,
  );
  await page.getByRole('textbox', { name: 'Name' }).fill('old laptop');
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(tokenCard(page, 'old laptop')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Actions for old laptop' })).toBeFocused();
  expect(await status()).toBe(200);

  await chooseAction(page, 'old laptop', 'Disable');
  await expect(tokenCard(page, 'old laptop')).toContainText('Disabled');
  await expect(page.getByText('old laptop is off')).toBeVisible();
  expect(await status()).toBe(401);
  await chooseAction(page, 'old laptop', 'Enable');
  await expect(tokenCard(page, 'old laptop')).toContainText('Active');
  await expect.poll(status).toBe(200);

  await chooseAction(page, 'old laptop', 'Revoke');
  const dialog = page.getByRole('dialog', { name: 'Revoke old laptop?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Actions for old laptop' })).toBeFocused();
  await chooseAction(page, 'old laptop', 'Revoke');
  await dialog.getByLabel('Reason').fill('Laptop was lost');
  await dialog.getByRole('button', { name: 'Revoke token' }).click();
  await expect(tokenCard(page, 'old laptop')).toContainText('Revoked');
  await expect(tokenCard(page, 'old laptop').getByRole('heading')).toBeFocused();
  await expect(page.getByRole('button', { name: 'Actions for old laptop' })).toHaveCount(0);
  expect(await status()).toBe(401);
});

test('a change that is refused is taken back and said', async ({ desk, page, signInAs }) => {
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await expect(tokenNames(page)).toHaveText(['laptop']);
  await desk.ada.revokeToken(credential.id);
  await chooseAction(page, 'laptop', 'Disable');
  await expect(page.getByText('Nothing was changed').first()).toBeVisible();
  await expect(tokenCard(page, 'laptop')).toContainText('Revoked');
});

test('when a token was last used is told, to the second when asked', async ({ desk, page, signInAs }) => {
  const { token } = await desk.ada.createToken({ name: 'laptop' });
  await desk.send('GET /api/v1/me', { token });
  await desk.settle();
  await signInAs(desk.ada);
  await page.goto('/tokens');
  const used = tokenCard(page, 'laptop').getByRole('button', { name: 'Used just now' });
  await used.focus();
  await expect(page.getByRole('tooltip')).toHaveText(/\d{1,2} \w+ \d{4} at \d\d:\d\d:\d\d UTC/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('tooltip')).toHaveCount(0);
  await expect(tokenCard(page, 'laptop')).toContainText('from 127.0.0.1');
});
