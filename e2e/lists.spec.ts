import type { Page } from '@playwright/test';
import { tokenCard } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';
import { giveColleagues, giveRealisticTokens } from './realistic.ts';
import { check, overflowOf } from './views.ts';

const lists = [
  { path: '/tokens', label: 'Tokens', status: 'Status' },
  { path: '/admin/tokens', label: 'Tokens', status: 'Status' },
  { path: '/admin/users', label: 'People', status: 'Status' },
  { path: '/admin/audit', label: 'Events', status: 'Outcome' },
] as const;

const rows = (page: Page, label: string) => page.getByRole('list', { name: label }).getByRole('listitem');
/** Where Tab stops in a list. */
const stops = (page: Page, label: string) =>
  page
    .getByRole('list', { name: label })
    .evaluate(
      (list) =>
        [...list.querySelectorAll<HTMLElement>('a[href], button, input, [tabindex]')].filter(
          (element) => element.tabIndex >= 0,
        ).length,
    );

test.beforeEach(async ({ desk, signInAs }) => {
  await giveRealisticTokens(desk, desk.ada);
  await giveColleagues(desk, 5);
  await signInAs(desk.ada);
});

for (const { path, label } of lists) {
  test(`in the list of ${path} Tab stops once, and the arrow keys lead to everything`, async ({ page }) => {
    await page.goto(path);
    await expect(rows(page, label).nth(2)).toBeVisible();
    expect(await stops(page, label)).toBe(1);
    await page.keyboard.press('j');
    await expect(rows(page, label).first().getByRole('button').first()).toBeVisible();
    await page.keyboard.press('ArrowDown');
    const focused = page.locator(':focus');
    await expect(rows(page, label).nth(1)).toContainText((await focused.textContent()) ?? '–');
    expect(await stops(page, label)).toBe(1);
    await page.keyboard.press('Home');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('k');
    const name = (await focused.textContent()) ?? '';
    await page.keyboard.press('ArrowRight');
    await expect(focused).not.toHaveText(name);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+Tab');
    expect(await focused.evaluate((element) => element.closest('[data-index]'))).toBeNull();
    await page.keyboard.press('Tab');
    await expect(focused).toHaveText(name);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(focused).toHaveText(name);
  });
}

test('keys open the menu of a row, disable it and revoke it; what says so is a status and takes no focus', async ({
  page,
}) => {
  await page.goto('/tokens?search=laptop&sort=name');
  await expect(tokenCard(page, 'laptop')).toBeVisible();
  const focused = page.locator(':focus');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('m');
  await expect(page.getByRole('menu', { name: 'Actions for laptop' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(focused).toHaveText('laptop');
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menu', { name: 'Actions for laptop' })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.keyboard.press('d');
  await expect(tokenCard(page, 'laptop')).toContainText('Disabled');
  const toast = page.getByRole('status', { name: 'laptop is disabled' });
  await expect(toast).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(focused).toHaveText('laptop');
  await page.keyboard.press('F6');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(toast.getByRole('button', { name: 'Dismiss' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(toast).toHaveCount(0);

  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('r');
  await page.getByRole('dialog', { name: 'Revoke laptop?' }).getByRole('button', { name: 'Cancel' }).click();
  await expect(focused).toHaveText('laptop');
});

test('d deactivates a person, after the question that the switch asks', async ({ page }) => {
  await page.goto('/admin/users?search=person5@');
  await expect(rows(page, 'People')).toHaveCount(1);
  await page.keyboard.press('j');
  await page.keyboard.press('d');
  await expect(page.getByRole('dialog', { name: /^Deactivate/ })).toBeVisible();
  await page.goto('/admin/users?search=ada@');
  await page.keyboard.press('j');
  await page.keyboard.press('d');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

for (const { path, label, status } of lists) {
  test.describe('on a phone', () => {
    test.use({ viewport: { width: 360, height: 740 } });
    test(`a search and one button stand above the list of ${path}, the rest is in a sheet`, async ({
      page,
    }) => {
      await page.goto(path);
      await expect(rows(page, label).first()).toBeVisible();
      const toolbar = page.getByRole('main');
      await expect(toolbar.getByRole('group', { name: 'Status' })).toBeHidden();
      await page.getByRole('button', { name: 'Filter & sort', exact: true }).click();
      const sheet = page.getByRole('dialog', { name: 'Filter & sort' });
      await sheet.getByRole('combobox', { name: status }).selectOption({ index: 1 });
      await expect(page).toHaveURL(new RegExp(`${status.toLowerCase()}=`));
      await expect(sheet.getByRole('status')).toHaveText(/\d match/);
      await check(page, `filter-sheet${path.replaceAll('/', '-')}-360`);
      await sheet.getByRole('button', { name: 'Done' }).click();
      const button = page.getByRole('button', { name: 'Filter & sort, 1 active' });
      await expect(button).toBeFocused();
      expect(await overflowOf(page)).toBe(0);
      await button.click();
      await sheet.getByRole('button', { name: 'Clear filters' }).click();
      await expect(page).toHaveURL(path);
    });
  });
}
