import { tokenNames } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';
import { giveRealisticTokens } from './realistic.ts';

test.beforeEach(async ({ desk, signInAs }) => {
  await giveRealisticTokens(desk, desk.ada);
  await signInAs(desk.ada);
});

test('status, search and order are in the address, and back undoes them', async ({ page }) => {
  await page.goto('/tokens');
  await expect(tokenNames(page)).toHaveCount(11);
  await page.getByRole('button', { name: 'Expiring 2' }).click();
  await expect(page).toHaveURL('/tokens?status=expiring');
  await expect(tokenNames(page)).toHaveText(['try-out', 'staging deploy']);

  await page.getByRole('button', { name: /^Sort/ }).click();
  await page.getByRole('menuitemradio', { name: 'Name' }).click();
  await expect(page).toHaveURL('/tokens?status=expiring&sort=name');
  await expect(tokenNames(page)).toHaveText(['staging deploy', 'try-out']);

  await page.getByRole('searchbox').fill('try');
  await expect(page).toHaveURL('/tokens?status=expiring&sort=name&search=try');
  await expect(tokenNames(page)).toHaveText(['try-out']);

  await page.goBack();
  await expect(page).toHaveURL('/tokens?status=expiring');
  await expect(tokenNames(page)).toHaveText(['try-out', 'staging deploy']);
  await page.goBack();
  await expect(tokenNames(page)).toHaveCount(11);
  await page.goForward();
  await expect(page.getByRole('button', { name: 'Expiring 2' })).toHaveAttribute('aria-pressed', 'true');
});

test('a link reproduces the view', async ({ page }) => {
  await page.goto('/tokens?search=la&sort=used');
  await expect(page.getByRole('searchbox')).toHaveValue('la');
  await expect(tokenNames(page)).toHaveText(['Claude Code on laptop', 'laptop']);
});

test('a token is found by the start of its prefix', async ({ desk, page }) => {
  const { credential } = await desk.ada.createToken({ name: 'needle' });
  await page.goto('/tokens');
  await page.getByRole('searchbox').fill(credential.prefix);
  await expect(tokenNames(page)).toHaveText(['needle']);
});

test('where none match, the filters can be cleared', async ({ page }) => {
  await page.goto('/tokens?status=revoked&search=nothing');
  await expect(page.getByRole('heading', { name: 'No tokens match' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL('/tokens');
  await expect(tokenNames(page)).toHaveCount(11);
});

test('a long list comes as one scrolls, and draws what is seen', async ({ desk, page }) => {
  for (let number = 0; number < 45; number++) await desk.ada.createToken({ name: `bulk ${number}` });
  await page.goto('/tokens');
  await expect(page.getByText('56 tokens', { exact: true })).toBeVisible();
  await expect(tokenNames(page)).toHaveCount(50);
  const last = page.getByRole('main').getByRole('listitem').and(page.locator('[aria-posinset="56"]'));
  await page.mouse.move(600, 500);
  for (let turn = 0; turn < 40 && (await last.count()) === 0; turn++) await page.mouse.wheel(0, 1_000);
  await expect(last).toContainText('jenkins (old)');
  expect(await page.getByRole('main').getByRole('listitem').count()).toBeLessThan(56);
});

test('counts follow the search, and say how many match', async ({ page }) => {
  await page.goto('/tokens?search=la');
  await expect(page.getByText('2 match', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Active 2' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Expiring 0' })).toBeVisible();
  await page.getByRole('button', { name: 'Expiring 0' }).click();
  await expect(page.getByText('0 match', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Active 2' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL('/tokens');
  await expect(page.getByText('11 tokens', { exact: true })).toBeVisible();
});

test('a list says the same of a token as its panel, though it was used since', async ({ desk, page }) => {
  const { token } = await desk.ada.createToken({ name: 'fresh' });
  await page.goto('/tokens');
  const card = page.getByRole('article', { name: 'fresh' });
  await expect(card).toContainText('Never used');
  await desk.send('GET /api/v1/me', { token });
  await desk.settle();
  await card.getByRole('button', { name: 'fresh', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('once in all');
  await page.keyboard.press('Escape');
  await expect(card).not.toContainText('Never used');
});

test('the dashboard leads to what it counts', async ({ page }) => {
  await page.goto('/dashboard');
  await page.getByRole('link', { name: /Expiring soon/ }).click();
  await expect(page).toHaveURL('/tokens?status=expiring');
  await expect(tokenNames(page)).toHaveCount(2);
});

test('what was used lately leads to that token', async ({ page }) => {
  await page.goto('/dashboard');
  const recent = page.getByRole('region', { name: 'Recently used' }).getByRole('listitem').first();
  const name = await recent.locator('.font-medium').first().textContent();
  await recent.getByRole('link').click();
  await expect(page).toHaveURL(/\/tokens\?search=kw_pat_/);
  await expect(tokenNames(page)).toHaveText([name ?? '']);
});
