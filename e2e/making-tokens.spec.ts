import type { Locator, Page } from '@playwright/test';
import type { TokenPageView } from '#server/credentials/tokens/schema.ts';
import { createToken, newToken, tokenCard } from './desk-pages.ts';
import { clipboard, expect, picture, test } from './fixtures.ts';

test.beforeEach(async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/tokens');
});

test('the secret is masked, copied in the form one needs, and gone from the page afterwards', async ({
  desk,
  page,
}) => {
  await createToken(page, 'laptop');
  await page.getByRole('button', { name: 'Copy token' }).click();
  const token = await clipboard(page);
  expect(await page.content()).not.toContain(token);
  await page.getByRole('button', { name: 'Show token' }).click();
  await expect(page.getByRole('dialog').getByText(token, { exact: true })).toBeVisible();

  const pasted: Record<string, string> = {
    Shell: `export KEYWARD_SERVER='${desk.origin}'\nexport KEYWARD_TOKEN='${token}'`,
    '.env': `KEYWARD_SERVER=${desk.origin}\nKEYWARD_TOKEN=${token}`,
    curl: `curl -H 'Authorization: Bearer ${token}' \\\n  ${desk.origin}/api/v1/me`,
    'GitHub Actions': `printf '%s' '${token}' |\n  gh secret set KEYWARD_TOKEN\ngh variable set KEYWARD_SERVER --body '${desk.origin}'`,
  };
  for (const [tab, text] of Object.entries(pasted)) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('button', { name: `Copy for ${tab}` }).click();
    expect(await clipboard(page)).toBe(text);
  }
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(tokenCard(page, 'laptop')).toBeVisible();
  expect(await page.content()).not.toContain(token);
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(
    token,
  );
  await expect(newToken(page)).toBeFocused();
});

test('once its dialog is closed the secret is nowhere in the memory of the page', async ({ page }) => {
  await createToken(page, 'laptop');
  await page.getByRole('button', { name: 'Copy token' }).click();
  const token = await clipboard(page);
  await page.evaluate(() => navigator.clipboard.writeText(''));
  expect((await memory(page)).includes(token)).toBe(true);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(async () => expect((await memory(page)).includes(token)).toBe(false)).toPass();
});

/** Everything that the page's scripts still hold, as text. */
async function memory(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', {});
  await session.detach();
  return chunks.join('');
}

test('closing without having copied asks first', async ({ page }) => {
  await createToken(page, 'laptop');
  const secret = page.getByRole('dialog', { name: 'Copy your token now' });
  const question = page.getByRole('alertdialog', { name: 'Close without copying?' });
  for (const leave of [
    () => page.keyboard.press('Escape'),
    () => secret.getByRole('button', { name: 'Close' }).click(),
  ]) {
    await expect(secret).toBeVisible();
    await leave();
    await expect(question).toBeVisible();
    await question.getByRole('button', { name: 'Go back' }).click();
    await expect(question).toHaveCount(0);
  }
  await secret.getByRole('button', { name: 'Done' }).click();
  await question.getByRole('button', { name: 'Close without copying' }).click();
  await expect(secret).toHaveCount(0);
  await expect(tokenCard(page, 'laptop')).toBeVisible();
});

test('where the clipboard is refused the text is there, selected', async ({ page, context }) => {
  await context.clearPermissions();
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  await page.reload();
  await createToken(page, 'laptop');
  await page.getByRole('button', { name: 'Copy token' }).click();
  const field = page.getByRole('textbox', { name: /did not allow copying/ });
  await expect(field).toBeFocused();
  const selected = await field.evaluate((area: HTMLTextAreaElement) =>
    area.value.slice(area.selectionStart, area.selectionEnd),
  );
  expect(selected).toMatch(/^kw_pat_[0-9A-Za-z]{38}$/);
});

test('permissions, addresses and a date of one’s own', async ({ desk, page }) => {
  await newToken(page).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('ci');
  await expect(page.getByText(/^Expires on /)).toBeVisible();
  await page.getByRole('radio', { name: 'Never' }).check();
  await expect(page.getByText(/^Never expires/)).toBeVisible();
  await page.getByRole('radio', { name: 'Custom' }).check();
  const date = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('Expiry date').fill(date);
  await expect(page.getByText('in 10 days.')).toBeVisible();

  await page.getByRole('radio', { name: 'Selected permissions' }).check();
  await page.getByRole('searchbox', { name: 'Search permissions' }).fill('profile');
  await page.getByRole('checkbox', { name: 'profile:read' }).check();
  await page.getByRole('searchbox', { name: 'Search permissions' }).fill('list');
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox', { name: 'tokens:read' }).check();
  await page.getByRole('searchbox', { name: 'Search permissions' }).press('Escape');
  await expect(page.getByRole('checkbox', { name: 'profile:read' })).toBeChecked();
  await expect(page.getByText('2 chosen')).toBeVisible();

  await page.getByLabel('Only from these addresses').fill('203.0.113.0/24\n10.0.0.300\nhome');
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByLabel('Only from these addresses')).toHaveAccessibleDescription(
    /10\.0\.0\.300, home are not/,
  );
  await page.getByLabel('Only from these addresses').fill('203.0.113.0/24, 2001:db8::/32');
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByRole('button', { name: 'Copy token' }).click();

  const { items } = (await desk.ada.send('GET /api/v1/tokens')).body as unknown as TokenPageView;
  expect(items[0]?.permissions.toSorted()).toEqual(['profile:read', 'tokens:read']);
  expect(items[0]?.ipAllowlist).toEqual(['203.0.113.0/24', '2001:db8::/32']);
  expect(items[0]?.expiresAt?.slice(0, 10)).toBe(date);
  const refused = await desk.send('GET /api/v1/me', { token: await clipboard(page) });
  expect(refused.body.code).toBe('ip_not_allowed');
});

test('what is missing or taken is said beside its field', async ({ desk, page }) => {
  await desk.ada.createToken({ name: 'laptop' });
  await newToken(page).click();
  const name = page.getByRole('textbox', { name: 'Name' });
  await page.getByRole('radio', { name: 'Selected permissions' }).check();
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription('Enter a name.');
  await page.getByRole('radio', { name: 'All of mine' }).check();
  await name.fill('laptop');
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(name).toHaveAccessibleDescription(/already|taken|another/i);
});

test('all that is wrong is said at once', async ({ page }) => {
  await newToken(page).click();
  await page.getByRole('radio', { name: 'Custom' }).check();
  await page.getByRole('radio', { name: 'Selected permissions' }).check();
  await page.getByLabel('Only from these addresses').fill('home\noffice');
  await page.getByRole('button', { name: 'Create token' }).click();
  for (const sentence of [
    'Enter a name.',
    'Choose a date.',
    'Choose at least one.',
    'home, office are not IP addresses or CIDR ranges.',
  ]) {
    await expect(page.getByText(sentence)).toBeVisible();
  }
});

test('the focus goes to the first of what is wrong, with what is said of it in sight', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 560 });
  await newToken(page).click();
  const name = page.getByRole('textbox', { name: 'Name' });
  const date = page.getByLabel('Expiry date');
  const permission = page.getByRole('checkbox').first();
  const addresses = page.getByLabel('Only from these addresses');
  await page.getByRole('radio', { name: 'Custom' }).check();
  await page.getByRole('radio', { name: 'Selected permissions' }).check();
  await addresses.fill('home');
  const isFirst = async (field: Locator, sentence: string) => {
    await page.getByRole('button', { name: 'Create token' }).click();
    await expect(field).toBeFocused();
    await expect(field).toHaveAccessibleDescription(sentence);
    await expect(field).toBeInViewport({ ratio: 1 });
    await expect(page.getByText(sentence)).toBeInViewport({ ratio: 1 });
  };
  await isFirst(name, 'Enter a name.');
  await name.fill('ci');
  await isFirst(date, 'Choose a date.');
  await date.fill(new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10));
  await isFirst(permission, 'Choose at least one.');
  await picture(page, 'new-token-first-fault');
  await permission.check();
  await name.focus();
  await isFirst(addresses, 'home is not an IP address or CIDR range.');
});

test('only the permissions of what exists are offered, and all can be chosen at once', async ({ page }) => {
  await newToken(page).click();
  await page.getByRole('radio', { name: 'Selected permissions' }).check();
  await expect(page.getByRole('checkbox')).toHaveCount(16);
  await expect(page.getByRole('checkbox', { name: 'for a service' })).toBeVisible();
  await page.getByRole('button', { name: 'Select all' }).click();
  await expect(page.getByText('16 chosen')).toBeVisible();
  await page.getByRole('button', { name: 'Select none' }).click();
  await expect(page.getByText('0 chosen')).toBeVisible();
});
