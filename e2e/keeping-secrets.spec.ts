import type { Page } from '@playwright/test';
import { createToken, newToken, tokenCard } from './desk-pages.ts';
import { clipboard, expect, test } from './fixtures.ts';

const form = (page: Page) => page.getByRole('dialog', { name: 'New token' });
const secret = (page: Page) => page.getByRole('dialog', { name: 'Copy your token now' });
const question = (page: Page) => page.getByRole('alertdialog', { name: 'Close without copying?' });

test.beforeEach(async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  await page.getByRole('link', { name: 'Tokens', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'No tokens yet' })).toBeVisible();
});

/** Reloads as a person would, and tells whether the browser asks first; stays when it does. */
async function asksBeforeReload(page: Page): Promise<boolean> {
  let asked = false;
  page.once('dialog', (dialog) => {
    asked = dialog.type() === 'beforeunload';
    void dialog.dismiss();
  });
  await page.evaluate(() => setTimeout(() => window.location.reload()));
  await page.waitForTimeout(400);
  page.removeAllListeners('dialog');
  return asked;
}

test('while a token is being made nothing closes its dialog', async ({ page }) => {
  const gate = Promise.withResolvers<void>();
  await page.route('**/trpc/tokens.create', async (route) => {
    await gate.promise;
    await route.continue();
  });
  await createToken(page, 'laptop');
  await expect(form(page).getByRole('button', { name: 'Creating…' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.mouse.click(20, 400);
  await page.goBack();
  await expect(form(page).getByRole('button', { name: 'Close' })).toBeDisabled();
  await expect(form(page).getByRole('button', { name: 'Cancel' })).toBeDisabled();
  expect(await asksBeforeReload(page)).toBe(true);
  await expect(form(page)).toBeVisible();
  gate.resolve();
  await expect(secret(page)).toBeVisible();
  await expect(question(page)).toHaveCount(0);
});

test('a token that is refused leaves the dialog free to close, and Back free to leave', async ({
  desk,
  page,
}) => {
  await desk.ada.createToken({ name: 'laptop' });
  await createToken(page, 'laptop');
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveAccessibleDescription(/already|another/i);
  await form(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(form(page)).toHaveCount(0);
  await page.goBack();
  await expect(page).toHaveURL('/dashboard');
});

test('until the secret is copied, Back and reload ask first', async ({ page }) => {
  await createToken(page, 'laptop');
  await expect(secret(page)).toBeVisible();
  for (let times = 0; times < 2; times++) {
    await page.goBack();
    await expect(question(page)).toBeVisible();
    await expect(page).toHaveURL('/tokens');
    await question(page).getByRole('button', { name: 'Go back' }).click();
  }
  expect(await asksBeforeReload(page)).toBe(true);
  await expect(secret(page)).toBeVisible();

  await page.getByRole('button', { name: 'Copy token' }).click();
  expect(await clipboard(page)).toMatch(/^kw_pat_/);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(tokenCard(page, 'laptop')).toBeVisible();
  expect(await asksBeforeReload(page)).toBe(false);
  await page.goBack();
  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByRole('heading', { name: 'My tokens' })).toBeVisible();
});

test('leaving without copying, on purpose, leaves one step of history', async ({ page }) => {
  await createToken(page, 'laptop');
  await expect(secret(page)).toBeVisible();
  await page.goBack();
  await question(page).getByRole('button', { name: 'Close without copying' }).click();
  await expect(secret(page)).toHaveCount(0);
  await expect(tokenCard(page, 'laptop')).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL('/dashboard');
});

test('a secret selected and copied by hand counts as copied, its mask does not', async ({ page }) => {
  await createToken(page, 'laptop');
  await expect(secret(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(question(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(question(page)).toHaveCount(0);
  await page.mouse.click(20, 400);
  await question(page).getByRole('button', { name: 'Go back' }).click();
  const code = secret(page).locator('code').first();
  await code.click();
  await page.keyboard.press('ControlOrMeta+c');
  await page.keyboard.press('Escape');
  await expect(question(page)).toBeVisible();
  await question(page).getByRole('button', { name: 'Go back' }).click();
  await page.getByRole('button', { name: 'Show token' }).click();
  await code.click();
  await page.keyboard.press('ControlOrMeta+c');
  expect(await clipboard(page)).toMatch(/^kw_pat_[0-9A-Za-z]{38}$/);
  await page.keyboard.press('Escape');
  await expect(secret(page)).toHaveCount(0);
});

test('a form that was filled in asks before it is discarded, an empty one does not', async ({ page }) => {
  await newToken(page).click();
  await expect(form(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(form(page)).toHaveCount(0);
  await newToken(page).click();
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('laptop');
  const discard = page.getByRole('alertdialog', { name: 'Discard this token?' });
  await page.keyboard.press('Escape');
  await discard.getByRole('button', { name: 'Go back' }).click();
  await expect(name).toHaveValue('laptop');
  await form(page).getByRole('button', { name: 'Close' }).click();
  await discard.getByRole('button', { name: 'Discard' }).click();
  await expect(form(page)).toHaveCount(0);
});
