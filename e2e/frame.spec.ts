import type { Page } from '@playwright/test';
import { expect, picture, test } from './fixtures.ts';

const main = (page: Page) => page.getByRole('navigation', { name: 'Main' });

test('the sidebar has one entry a thing, by group, and marks where one is', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  await expect(main(page).getByRole('link')).toHaveText([
    /^Home/,
    /^Tokens/,
    /^Agents/,
    /^API keys/,
    /^MCP servers/,
    /^Users/,
    /^Audit log/,
    /^Settings/,
  ]);
  await expect(main(page).getByRole('list', { name: 'Admin' }).getByRole('link')).toHaveCount(3);
  for (const [path, name, current] of [
    ['/dashboard', 'Home', 'page'],
    ['/admin/tokens', 'Tokens', 'true'],
    ['/admin/links', 'Users', 'true'],
    ['/admin/audit', 'Audit log', 'page'],
  ] as const) {
    await page.goto(path);
    await expect(main(page).getByRole('link', { name })).toHaveAttribute('aria-current', current);
    await expect(main(page).locator('[aria-current]')).toHaveCount(1);
  }
});

test('the switch leads from my tokens to everyone’s and back', async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/tokens');
  const scope = page.getByRole('navigation', { name: 'Whose tokens' });
  await expect(scope.getByRole('link', { name: 'Mine' })).toHaveAttribute('aria-current', 'page');
  await scope.getByRole('link', { name: 'Everyone' }).click();
  await expect(page).toHaveURL('/admin/tokens');
  await expect(scope.getByRole('link', { name: 'Everyone' })).toHaveAttribute('aria-current', 'page');
  await page.goBack();
  await expect(page).toHaveURL('/tokens');
});

test('a member has the gateway’s group, none of admins, and no switch', async ({ desk, page, signInAs }) => {
  await signInAs(await desk.join('Max', 'member'));
  await page.goto('/tokens');
  await expect(main(page).getByRole('link')).toHaveText([/^Home/, /^Tokens/, /^Agents/, /^MCP servers/]);
  await expect(main(page).getByRole('heading')).toHaveText(['Gateway']);
  await expect(page.getByRole('navigation', { name: 'Whose tokens' })).toHaveCount(0);
});

test('Home says how much needs attention, to admins alone', async ({ desk, page, signInAs }) => {
  const max = await desk.join('Max', 'member');
  await max.createToken({ name: 'laptop' });
  await desk.ada.send(`POST /api/v1/users/${max.id}/deactivate`, { body: { reason: 'left' } });
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await expect(main(page).getByRole('link', { name: 'Home 1 alert' })).toBeVisible();
  await signInAs(await desk.join('Mia', 'manager'));
  await page.goto('/tokens');
  await expect(main(page).getByRole('link', { name: 'Home', exact: true })).toBeVisible();
});

test('on a tablet the navigation is a sheet, which closes on choosing and by Escape', async ({
  desk,
  page,
  signInAs,
}) => {
  await page.setViewportSize({ width: 768, height: 1024 });
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  await expect(main(page)).toHaveCount(0);
  const menu = page.getByRole('button', { name: 'Menu', exact: true });
  const sheet = page.getByRole('dialog', { name: 'Go to' });
  await menu.click();
  await picture(page, 'frame-sheet-light');
  await sheet.getByRole('link', { name: 'Users' }).click();
  await expect(page).toHaveURL('/admin/users');
  await expect(sheet).toHaveCount(0);
  await menu.click();
  await expect(sheet.getByRole('link', { name: 'Users' })).toHaveAttribute('aria-current', 'page');
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await expect(menu).toBeFocused();
});

test('g and a letter lead to each page', async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await expect(page.getByRole('button', { name: 'Search or run a command' })).toBeEnabled();
  for (const [key, path] of [
    ['h', '/dashboard'],
    ['e', '/admin/tokens'],
    ['k', '/admin/keys'],
    ['p', '/admin/users'],
    ['l', '/admin/audit'],
    ['s', '/admin/settings'],
    ['t', '/tokens'],
  ] as const) {
    await page.keyboard.type(`g${key}`);
    await expect(page).toHaveURL(path);
  }
});
