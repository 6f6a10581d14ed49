import type { Page } from '@playwright/test';
import { tokenCard, userMenu } from './desk-pages.ts';
import { clipboard, expect, test } from './fixtures.ts';

test.beforeEach(async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await expect(page.getByText('No tokens yet')).toBeVisible();
});

/** Presses Tab until what has the focus is called that. */
async function tabTo(page: Page, name: string | RegExp) {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    const matches = await focused
      .and(page.getByRole('button', { name }))
      .or(focused.and(page.getByLabel(name)))
      .count();
    if (matches > 0) return;
  }
  throw new Error(`Tab never reached ${String(name)}`);
}

test('a token is made with the keyboard alone', async ({ desk, page }) => {
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, 'New token');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await page.keyboard.type('by hand');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('radio', { name: '90 days' })).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('radio', { name: '30 days' })).toBeChecked();
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: 'Selected permissions' })).toBeChecked();
  await tabTo(page, /List my tokens/);
  await page.keyboard.press('Space');
  await tabTo(page, 'Create token');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Copy token' })).toBeFocused();
  await page.keyboard.press('Enter');
  expect((await desk.send('GET /api/v1/tokens', { token: await clipboard(page) })).status).toBe(200);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(tokenCard(page, 'by hand')).toContainText('tokens:read');
});

test('the user menu obeys the keys', async ({ page }) => {
  const menu = page.getByRole('menu', { name: 'Account' });
  await userMenu(page).focus();
  await page.keyboard.press('Enter');
  await expect(menu).toBeVisible();
  await expect(userMenu(page)).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'My tokens' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'Account' })).toBeFocused();
  for (let down = 0; down < 3; down++) await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitemradio', { name: 'System' })).toBeFocused();
  for (let up = 0; up < 5; up++) await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(userMenu(page)).toBeFocused();

  await page.keyboard.press('ArrowDown');
  await expect(menu).toBeVisible();
  await page.mouse.click(200, 600);
  await expect(menu).toHaveCount(0);

  await userMenu(page).click();
  await expect(menu).toContainText('ada@example.com');
  await expect(menu).toContainText('Admin', { ignoreCase: true });
  await page.getByRole('menuitem', { name: 'My tokens' }).click();
  await expect(menu).toHaveCount(0);
});
