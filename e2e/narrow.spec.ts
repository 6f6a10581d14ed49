import { newToken } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';
import { giveRealisticTokens } from './realistic.ts';

test.use({ viewport: { width: 360, height: 740 } });

test('on a phone the pages are at the foot and nothing is cut off', async ({ desk, page, signInAs }) => {
  await giveRealisticTokens(desk, desk.ada);
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  const bar = page.getByRole('navigation', { name: 'Main' });
  await expect(bar.getByRole('link', { name: 'Home' })).toHaveAttribute('aria-current', 'page');
  await bar.getByRole('link', { name: 'Tokens' }).click();
  await expect(page).toHaveURL('/tokens');
  await expect(page.getByRole('article')).toHaveCount(11);
  await expect(bar).toBeInViewport();
  await newToken(page).click();
  await expect(page.getByRole('button', { name: 'Create token' })).toBeInViewport();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
