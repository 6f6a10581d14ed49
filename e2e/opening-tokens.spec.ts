import { tokenCard } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';

test('opening a card shows where the token is used, and the address reproduces it', async ({
  desk,
  page,
  signInAs,
}) => {
  const { token, credential } = await desk.ada.createToken({ name: 'laptop' });
  for (let uses = 0; uses < 3; uses++) await desk.send('GET /api/v1/me', { token });
  await desk.settle();
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await expect(
    tokenCard(page, 'laptop').getByRole('img', {
      name: 'Used 3 times in the last 30 days, 3 times today',
    }),
  ).toBeVisible();
  await tokenCard(page, 'laptop').getByRole('button', { name: 'laptop', exact: true }).click();
  const panel = page.getByRole('dialog', { name: 'laptop' });
  await expect(panel).toContainText('GET /api/v1/me');
  await expect(panel).toContainText('127.0.0.1');
  await expect(panel.getByRole('region', { name: 'History' })).toContainText('Made');
  await expect(page).toHaveURL(`/tokens?token=${credential.id}`);
  await page.reload();
  await expect(panel).toContainText('3 times');
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(page).toHaveURL('/tokens');
});

test('the panel leads to a rotation', async ({ desk, page, signInAs }) => {
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  await signInAs(desk.ada);
  await page.goto(`/tokens?token=${credential.id}`);
  await page.getByRole('button', { name: 'Rotate…' }).click();
  await expect(page.getByRole('dialog', { name: 'Rotate laptop?' })).toBeVisible();
  await expect(page.getByRole('dialog', { name: 'laptop', exact: true })).toHaveCount(0);
});

test('the panel switches a token off and on, and revokes it', async ({ desk, page, signInAs }) => {
  const { token, credential } = await desk.ada.createToken({ name: 'laptop' });
  const status = async () => (await desk.send('GET /api/v1/me', { token })).status;
  await signInAs(desk.ada);
  await page.goto(`/tokens?token=${credential.id}`);
  const panel = page.getByRole('dialog', { name: 'laptop', exact: true });
  await panel.getByRole('button', { name: 'Disable' }).click();
  await expect(panel.getByRole('button', { name: 'Enable' })).toBeFocused();
  await expect(panel.getByText('Disabled', { exact: true })).toBeVisible();
  expect(await status()).toBe(401);
  await panel.getByRole('button', { name: 'Enable' }).click();
  await expect(panel.getByRole('button', { name: 'Disable' })).toBeVisible();
  expect(await status()).toBe(200);

  const question = page.getByRole('dialog', { name: 'Revoke laptop?' });
  await panel.getByRole('button', { name: 'Revoke…' }).click();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel.getByRole('button', { name: 'Revoke…' })).toBeFocused();
  await panel.getByRole('button', { name: 'Revoke…' }).click();
  await question.getByRole('button', { name: 'Revoke token' }).click();
  await expect(panel.getByText('Revoked', { exact: true }).first()).toBeVisible();
  await expect(panel.getByRole('button', { name: /Rotate|Disable|Revoke/ })).toHaveCount(0);
  expect(await status()).toBe(401);
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(tokenCard(page, 'laptop').getByRole('button', { name: 'laptop' })).toBeFocused();
});

test('a token that is another person’s cannot be opened', async ({ desk, page, signInAs }) => {
  const bob = await desk.join('Bob', 'member');
  const { credential } = await bob.createToken({ name: 'secret project' });
  await signInAs(desk.ada);
  await page.goto(`/tokens?token=${credential.id}`);
  await expect(page.getByRole('dialog')).toContainText('There is no such token.');
  await expect(page.getByText('secret project')).toHaveCount(0);
});
