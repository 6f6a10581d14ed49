import { newToken } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';
import { giveRealisticTokens } from './realistic.ts';

test.use({ viewport: { width: 360, height: 740 } });

test('on a phone the pages are in a menu and nothing is cut off', async ({ desk, page, signInAs }) => {
  await giveRealisticTokens(desk, desk.ada);
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeHidden();
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await expect(page.getByRole('menuitem', { name: 'Dashboard' })).toHaveAttribute('aria-current', 'page');
  await page.getByRole('menuitem', { name: 'Tokens', exact: true }).click();
  await expect(page).toHaveURL('/tokens');
  await expect(page.getByRole('article')).toHaveCount(11);
  await newToken(page).click();
  await expect(page.getByRole('button', { name: 'Create token' })).toBeInViewport();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
