import type { Page } from '@playwright/test';
import type { CreatedKeyView } from '#server/credentials/api-keys/schema.ts';
import { createToken, newToken } from './desk-pages.ts';
import { clipboard, expect, picture, test } from './fixtures.ts';
import { check, views } from './views.ts';

const field = (page: Page) => page.getByRole('combobox', { name: 'Search or run a command' });
const option = (page: Page, name: string | RegExp) => page.getByRole('option', { name });
const active = (page: Page) => page.locator('[role="option"][data-highlighted]');

async function openPalette(page: Page, path = '/dashboard') {
  await page.goto(path);
  await expect(page.getByRole('button', { name: 'Search or run a command' })).toBeEnabled();
  await page.keyboard.press('Control+k');
  await expect(field(page)).toBeFocused();
}

test.beforeEach(async ({ desk, signInAs }) => signInAs(desk.ada));

test('a page is two keys and a word away', async ({ page }) => {
  await openPalette(page);
  await expect(field(page)).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.type('tok');
  await expect(active(page)).toHaveText(/^Tokens/);
  const id = await active(page).getAttribute('id');
  await expect(field(page)).toHaveAttribute('aria-activedescendant', id ?? 'none');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/tokens');
  await expect(field(page)).toHaveCount(0);
});

test('an agent and a key can be made from anywhere, and the address forgets it', async ({ page }) => {
  for (const [act, path, title] of [
    ['New agent', '/agents', 'New agent'],
    ['New API key', '/admin/keys', 'New API key'],
  ] as const) {
    await openPalette(page);
    await page.keyboard.type(act);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: title })).toBeVisible();
    await expect(page).toHaveURL(path);
  }
});

test('the arrow keys go round, Escape and a second press close, and the focus goes back', async ({
  page,
}) => {
  await openPalette(page);
  const first = await active(page).textContent();
  await page.keyboard.press('ArrowDown');
  await expect(active(page)).not.toHaveText(first ?? '');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(active(page)).toHaveText(/Sign out/);
  await page.keyboard.press('ArrowDown');
  await expect(active(page)).toHaveText(first ?? '');
  await page.keyboard.press('Escape');
  await expect(field(page)).toHaveCount(0);
  const button = page.getByRole('button', { name: 'Search or run a command' });
  await button.click();
  await expect(field(page)).toBeFocused();
  await page.keyboard.press('Control+k');
  await expect(field(page)).toHaveCount(0);
  await expect(button).toBeFocused();
});

test('a token is found by its name, and by its prefix; a whole one that was pasted goes nowhere', async ({
  desk,
  page,
}) => {
  const { token, credential } = await desk.ada.createToken({ name: 'grafana reports' });
  const sent: string[] = [];
  page.on('request', (request) => sent.push(decodeURIComponent(request.url())));
  await openPalette(page);
  await field(page).fill('graf');
  await expect(option(page, new RegExp(`^grafana reports ?, ${credential.prefix}$`))).toBeVisible();
  await field(page).fill(token);
  await expect(active(page)).toContainText('grafana reports');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/tokens?token=${credential.id}`);
  expect(sent.filter((url) => url.includes(token.slice(16)))).toEqual([]);
});

test('an API key is found by its name, and a page by what stands on it', async ({ desk, page }) => {
  const made = await desk.ada.send('POST /api/v1/api-keys', {
    body: { name: 'billing', permissions: ['verify'] },
  });
  const { credential: key } = made.body as unknown as CreatedKeyView;
  await openPalette(page);
  await field(page).fill('bill');
  await expect(active(page)).toHaveText(/^billing/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/admin/keys?key=${key.id}`);
  await expect(page.getByRole('dialog', { name: 'billing' })).toBeVisible();
  await page.keyboard.press('Escape');
  for (const [words, label] of [
    ['token policy', 'Settings'],
    ['dashboard', 'Home'],
    ['password', 'Account'],
  ] as const) {
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.keyboard.press('Control+k');
    await field(page).fill(words);
    await expect(active(page)).toHaveText(new RegExp(`^${label}`));
    await page.keyboard.press('Escape');
  }
});

test('nothing that matches is said, and read out', async ({ page }) => {
  await openPalette(page);
  await field(page).fill('zebra crossing');
  await expect(page.getByText('Nothing matches “zebra crossing”.')).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: '0 results' })).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(field(page)).toBeVisible();
});

test('a token is made, the theme chosen and the id copied from any page', async ({ desk, page }) => {
  await openPalette(page);
  await field(page).fill('new tok');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'New token' })).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await openPalette(page, '/tokens');
  await field(page).fill('dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.keyboard.press('Control+k');
  await field(page).fill('copy id');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Your user id was copied')).toBeVisible();
  expect(await clipboard(page)).toBe(desk.ada.id);
  await page.keyboard.press('Control+k');
  await field(page).fill('invite');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Add a person' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await field(page).fill('sign out');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/login');
});

test('what one may not do is not offered', async ({ desk, page, signInAs }) => {
  await signInAs(await desk.join('Vera', 'viewer'));
  await openPalette(page);
  await expect(option(page, 'Sign out')).toBeVisible();
  for (const name of [/New token/, /Add a person/, /Users/, /Everyone’s tokens/, /Audit/])
    await expect(option(page, name)).toHaveCount(0);
});

test('a secret that is shown once is not left by a key', async ({ page }) => {
  await page.goto('/tokens');
  await expect(newToken(page)).toBeVisible();
  await createToken(page, 'deploy');
  await expect(page.getByRole('button', { name: 'Copy token' })).toBeVisible();
  for (const key of ['Control+k', '?', 'g', 'h']) await page.keyboard.press(key);
  await expect(field(page)).toHaveCount(0);
  await expect(page).toHaveURL('/tokens');
  await expect(page.getByRole('button', { name: 'Copy token' })).toBeVisible();
});

test('g and a letter lead to a page, ? shows the keys, and a field keeps what is typed into it', async ({
  page,
}) => {
  await page.goto('/dashboard');
  await expect(page.getByRole('button', { name: 'Search or run a command' })).toBeEnabled();
  await page.keyboard.type('gt');
  await expect(page).toHaveURL('/tokens');
  await page.keyboard.type('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet.getByText('Home')).toBeVisible();
  await picture(page, 'keys-light');
  await page.keyboard.press('Escape');
  await createNothing(page);
  await page.getByRole('searchbox').fill('');
  await page.getByRole('searchbox').focus();
  await page.keyboard.type('gh?');
  await expect(page.getByRole('searchbox')).toHaveValue('gh?');
  await expect(sheet).toHaveCount(0);
  expect(new URL(page.url()).pathname).toBe('/tokens');
});

/** A list of tokens has a field to type into; an empty one has none. */
async function createNothing(page: Page) {
  await createToken(page, 'laptop');
  await page.getByRole('button', { name: 'Copy token' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
}

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });
    test(`the palette and its keys are for everyone, ${view}`, async ({ desk, page }) => {
      await desk.ada.createToken({ name: 'grafana reports' });
      await page.goto('/dashboard');
      await page.getByRole('button', { name: 'Search or run a command' }).click();
      await expect(field(page)).toBeFocused();
      await check(page, `palette-${view}`);
      await field(page).fill('gra');
      await expect(option(page, /grafana reports/)).toBeVisible();
      await picture(page, `palette-found-${view}`);
      await field(page).fill('zebra');
      await expect(page.getByText('Nothing matches')).toBeVisible();
      await check(page, `palette-nothing-${view}`);
      await field(page).fill('keyb');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
      await check(page, `keys-${view}`);
    });
  });
}
