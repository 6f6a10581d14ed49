import { chooseAction, tokenCard, tokenNames } from './desk-pages.ts';
import { expect, picture, test } from './fixtures.ts';

test('a token is renamed, switched off and on, and revoked for good', async ({ desk, page, signInAs }) => {
  const { token, credential } = await desk.ada.createToken({ name: 'laptop' });
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
  await expect(page.getByText('old laptop is disabled')).toBeVisible();
  expect(await status()).toBe(401);
  await chooseAction(page, 'old laptop', 'Enable');
  await expect(tokenCard(page, 'old laptop')).toContainText('Active');
  await expect.poll(status).toBe(200);
  const hold = { ids: [credential.id], action: 'disable' };
  await desk.ada.send('POST /api/v1/admin/tokens/bulk', { body: hold });
  await expect(tokenCard(page, 'old laptop')).toContainText('Only an admin can enable it.');
  await picture(page, 'token-held');

  await chooseAction(page, 'old laptop', 'Revoke');
  const dialog = page.getByRole('dialog', { name: 'Revoke old laptop?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Actions for old laptop' })).toBeFocused();
  await chooseAction(page, 'old laptop', 'Revoke');
  await dialog.getByLabel('Reason').fill('Laptop was lost');
  await dialog.getByRole('button', { name: 'Revoke token' }).click();
  await expect(tokenCard(page, 'old laptop')).toContainText('Revoked');
  await expect(tokenCard(page, 'old laptop').getByRole('button', { name: 'old laptop' })).toBeFocused();
  await expect(page.getByRole('button', { name: 'Actions for old laptop' })).toHaveCount(0);
  expect(await status()).toBe(401);
});

test('a change that is refused is taken back and said', async ({ desk, page, signInAs }) => {
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  // Else the page would hear of it in time.
  await page.route('**/trpc/live.changes**', (route) => route.abort());
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

test('what was done with a token before this clock says so was done just now', async ({
  desk,
  page,
  signInAs,
}) => {
  const { token, credential } = await desk.ada.createToken({ name: 'laptop' });
  await desk.ada.createToken({ name: 'ahead', expiresInDays: 1 });
  await desk.send('GET /api/v1/me', { token });
  await desk.settle();
  await desk.ada.revokeToken(credential.id);
  await page.clock.install({ time: desk.clock.now().getTime() - 45_000 });
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await expect(tokenCard(page, 'laptop')).toContainText('Used just now');
  await expect(tokenCard(page, 'laptop')).toContainText('Revoked just now');
  await expect(tokenCard(page, 'ahead')).toContainText('Expires in 24 hours');
  await page.goto('/dashboard');
  await expect(page.getByRole('link', { name: /^Last used Just now/ })).toBeVisible();
});

test('why a token was revoked can be read on its card', async ({ desk, page, signInAs }) => {
  await desk.ada.createToken({ name: 'laptop' });
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await chooseAction(page, 'laptop', 'Revoke');
  await page.getByLabel('Reason').fill('Left on the 8:14 train to Basel, and nobody has handed it in since');
  await page.getByRole('button', { name: 'Revoke token' }).click();
  const reason = tokenCard(page, 'laptop').getByRole('button', { name: /Left on the 8:14/ });
  await expect(reason).toBeVisible();
  await reason.focus();
  await expect(page.getByRole('tooltip')).toHaveText(/nobody has handed it in since$/);
});

test('a dialog over a token that has ended meanwhile closes, says so, and the list is fresh', async ({
  desk,
  page,
  signInAs,
}) => {
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  await page.route('**/trpc/live.changes**', (route) => route.abort());
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await chooseAction(page, 'laptop', 'Rename');
  await page.getByRole('textbox', { name: 'Name' }).fill('old laptop');
  await desk.ada.revokeToken(credential.id);
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.getByText('Nothing was changed').first()).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(tokenCard(page, 'laptop')).toContainText('Revoked');
});

test.describe('toasts', () => {
  test.use({ viewport: { width: 360, height: 640 } });

  test('they cover no dialog, and the last about a token takes the place of the one before', async ({
    desk,
    page,
    signInAs,
  }) => {
    await desk.ada.createToken({ name: 'laptop' });
    await signInAs(desk.ada);
    await page.goto('/tokens');
    await chooseAction(page, 'laptop', 'Disable');
    await expect(page.getByText('laptop is disabled')).toBeVisible();
    await chooseAction(page, 'laptop', 'Enable');
    await expect(page.getByText('laptop is enabled')).toBeVisible();
    await expect(page.getByText('laptop is disabled')).toHaveCount(0);
    await picture(page, 'toast-one-360');
    await chooseAction(page, 'laptop', 'Revoke');
    await picture(page, 'toast-under-sheet-360');
    await page.getByRole('button', { name: 'Revoke token' }).click({ timeout: 2000 });
    await expect(page.getByText('laptop is revoked')).toBeVisible();
    await expect(page.getByText('laptop is enabled')).toHaveCount(0);
  });
});
