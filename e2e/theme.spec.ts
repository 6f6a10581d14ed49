import type { Page } from '@playwright/test';
import { userMenu } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

test('a chosen theme is kept, and is there before the first paint', async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/tokens');
  const dark = await background(page);
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await background(page);
  expect(light).not.toBe(dark);

  await userMenu(page).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  expect(await background(page)).toBe(dark);

  // With no script but the one in its head the page is dark already.
  await page.route('**/_next/static/chunks/*.js', (route) => route.abort());
  await page.goto('/dashboard', { waitUntil: 'domcontentloaded' });
  expect(await background(page)).toBe(dark);
  await page.unrouteAll();

  await page.goto('/dashboard');
  await userMenu(page).click();
  await expect(page.getByRole('menuitemradio', { name: 'Dark' })).toBeChecked();
  await page.getByRole('menuitemradio', { name: 'System' }).click();
  expect(await background(page)).toBe(light);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await background(page)).toBe(dark);
});
