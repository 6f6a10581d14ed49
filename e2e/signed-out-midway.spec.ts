import { createToken, signInByPassword } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';

test('whose session ends midway signs in and is back in the same place', async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/tokens?sort=name');
  await expect(page.getByText('No tokens yet')).toBeVisible();
  desk.clock.advance({ days: 31 });
  await createToken(page, 'laptop');
  await expect(page).toHaveURL(`/login?next=${encodeURIComponent('/tokens?sort=name')}`);
  await signInByPassword(page, desk.ada.email, desk.ada.password);
  await expect(page).toHaveURL('/tokens?sort=name');
  await expect(page.getByText('No tokens yet')).toBeVisible();
});
