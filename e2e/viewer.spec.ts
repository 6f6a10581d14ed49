import { newToken } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';

test('a viewer sees why there is no new token, and may still revoke', async ({ desk, page, signInAs }) => {
  const vera = await desk.join('Vera', 'member');
  await vera.createToken({ name: 'from better days' });
  await desk.ada.send(`PATCH /api/v1/users/${vera.id}`, { body: { role: 'viewer' } });
  await signInAs(vera);
  await page.goto('/tokens');
  await expect(page.getByText('As a viewer you can look at your tokens')).toBeVisible();
  await expect(newToken(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Actions for from better days' }).click();
  await expect(page.getByRole('menuitem')).toHaveText(['Revoke…']);
});

test('a viewer without tokens is not asked to make one', async ({ desk, page, signInAs }) => {
  await signInAs(await desk.join('Vera', 'viewer'));
  await page.goto('/dashboard');
  await expect(page.getByText('As a viewer you cannot make tokens')).toBeVisible();
  await expect(newToken(page)).toHaveCount(0);
  await page.goto('/tokens');
  await expect(page.getByRole('heading', { name: 'No tokens yet' })).toBeVisible();
  await expect(newToken(page)).toHaveCount(0);
});
