import type { Page } from '@playwright/test';
import { chooseAction, newToken, tokenNames, userMenu } from './desk-pages.ts';
import { expect, picture, test } from './fixtures.ts';
import { openSettled } from './settled.ts';

const scripts = '**/_next/static/chunks/*.js';
const missing = (page: Page) => page.getByText('This part could not be loaded').first();

test('parts that do not load leave the page as it is, say so, and load when they can', async ({
  desk,
  page,
  signInAs,
}) => {
  await desk.ada.createToken({ name: 'laptop' });
  await signInAs(desk.ada);
  await openSettled(page, '/tokens');
  await page.route(scripts, (route) => route.abort());
  await newToken(page).click();
  await expect(missing(page)).toBeVisible();
  await picture(page, 'missing-part');
  await expect(tokenNames(page)).toHaveText(['laptop']);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(missing(page)).toHaveCount(0);
  await userMenu(page).click();
  await expect(missing(page)).toBeVisible();

  await page.unroute(scripts);
  await chooseAction(page, 'laptop', 'Rename');
  await expect(page.getByRole('dialog', { name: 'Rename token' })).toBeVisible();
  await page.keyboard.press('Escape');
  await newToken(page).click();
  await expect(page.getByRole('dialog', { name: 'New token' })).toBeVisible();
});

test('a form whose checks do not load is not sent, and is when they can', async ({ desk, page }) => {
  await openSettled(page, '/login');
  await page.getByLabel('E-mail').fill(desk.ada.email);
  await page.getByLabel('Password', { exact: true }).fill(desk.ada.password);
  await page.route(scripts, (route) => route.abort());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(missing(page)).toBeVisible();
  await expect(page).toHaveURL('/login');
  await page.unroute(scripts);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/dashboard');
});

test.describe('a page that breaks', () => {
  test.use({ expectedNoise: /Cannot read properties of undefined/ });

  test('says so in our own look, and offers to reload', async ({ desk, page, signInAs }) => {
    await signInAs(desk.ada);
    let isBroken = true;
    await page.route('**/trpc/sessions.me**', (route) =>
      isBroken ? route.fulfill({ json: [{ result: { data: {} } }] }) : route.continue(),
    );
    await page.goto('/tokens');
    await expect(page.getByRole('heading', { name: 'Something went wrong' })).toBeVisible();
    await picture(page, 'broken');
    isBroken = false;
    await page.getByRole('button', { name: 'Reload' }).click();
    await expect(page.getByRole('heading', { name: 'No tokens yet' })).toBeVisible();
  });
});
