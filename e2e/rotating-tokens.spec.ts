import type { Page } from '@playwright/test';
import { chooseAction, tokenCard, tokenNames } from './desk-pages.ts';
import { clipboard, expect, picture, test } from './fixtures.ts';

const ask = (page: Page, name: string) => page.getByRole('dialog', { name: `Rotate ${name}?` });
const secret = (page: Page) => page.getByRole('dialog', { name: 'Copy the new secret now' });

test('a token is rotated without downtime: both secrets work, until the old one is stopped', async ({
  desk,
  page,
  signInAs,
}) => {
  const { token: old } = await desk.ada.createToken({ name: 'laptop' });
  const status = async (token: string) => (await desk.send('GET /api/v1/me', { token })).status;
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await chooseAction(page, 'laptop', 'Rotate');
  await expect(ask(page, 'laptop').getByRole('radio', { name: '1 hour' })).toBeFocused();
  await expect(ask(page, 'laptop')).toContainText(/Until .*\d\d:\d\d both work/);
  await ask(page, 'laptop').getByRole('radio', { name: 'Not at all' }).check();
  await expect(ask(page, 'laptop')).toContainText('It stops at once');
  await ask(page, 'laptop').getByRole('radio', { name: '1 day' }).check();
  await ask(page, 'laptop').getByRole('button', { name: 'Rotate token' }).click();
  await expect(secret(page)).toBeVisible();
  expect(await status(old)).toBe(200);

  await page.keyboard.press('Escape');
  const question = page.getByRole('alertdialog', { name: 'Close without copying?' });
  await question.getByRole('button', { name: 'Go back' }).click();
  await page.getByRole('button', { name: 'Copy token' }).click();
  const fresh = await clipboard(page);
  expect(await page.content()).not.toContain(fresh);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('button', { name: 'Actions for laptop' })).toBeFocused();
  expect(await page.content()).not.toContain(fresh);
  expect([await status(old), await status(fresh)]).toEqual([200, 200]);

  const card = tokenCard(page, 'laptop');
  await expect(card).toContainText(fresh.slice(0, 15));
  await expect(card).toContainText(/The old secret works until .*, in 2[34] hours\./);
  await picture(page, 'token-in-grace');
  await card.getByRole('button', { name: 'End now' }).click();
  await expect(page.getByText('The old secret of laptop has stopped')).toBeVisible();
  await expect(card).not.toContainText('The old secret works');
  expect([await status(old), await status(fresh)]).toEqual([401, 200]);
});

test('a rotation that is refused says why, and nothing is lost', async ({ desk, page, signInAs }) => {
  const { token, credential } = await desk.ada.createToken({ name: 'laptop' });
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await chooseAction(page, 'laptop', 'Rotate');
  await expect(ask(page, 'laptop')).toBeVisible();
  await desk.ada.send(`PATCH /api/v1/tokens/${credential.id}`, { body: { enabled: false } });
  await ask(page, 'laptop').getByRole('button', { name: 'Rotate token' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'switched off' })).toBeVisible();
  await ask(page, 'laptop').getByRole('button', { name: 'Cancel' }).click();
  await desk.ada.send(`PATCH /api/v1/tokens/${credential.id}`, { body: { enabled: true } });
  expect((await desk.send('GET /api/v1/me', { token })).status).toBe(200);
});

test('a token that is off or has ended offers no rotation', async ({ desk, page, signInAs }) => {
  const { credential } = await desk.ada.createToken({ name: 'off' });
  await desk.ada.send(`PATCH /api/v1/tokens/${credential.id}`, { body: { enabled: false } });
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await page.getByRole('button', { name: 'Actions for off' }).click();
  await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Rotate' })).toHaveCount(0);
});

test('a rotation whose answer got lost is told, and is not made twice', async ({ desk, page, signInAs }) => {
  await desk.ada.createToken({ name: 'laptop' });
  await signInAs(desk.ada);
  await page.goto('/tokens');
  let isFirst = true;
  await page.route('**/trpc/tokens.rotate', async (route) => {
    if (!isFirst) return route.continue();
    isFirst = false;
    await route.fetch();
    await route.abort();
  });
  await chooseAction(page, 'laptop', 'Rotate');
  await ask(page, 'laptop').getByRole('button', { name: 'Rotate token' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Check your connection' })).toBeVisible();
  await ask(page, 'laptop').getByRole('button', { name: 'Rotate token' }).click();
  await expect(ask(page, 'laptop')).toContainText('the answer with the new secret got lost');
  expect((await desk.sql('select from secrets')).length).toBe(2);
});

test('the new secret stays in sight when the list was searched for the old prefix', async ({
  desk,
  page,
  signInAs,
}) => {
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  await signInAs(desk.ada);
  await page.goto(`/tokens?search=${credential.prefix}`);
  await chooseAction(page, 'laptop', 'Rotate');
  await ask(page, 'laptop').getByRole('button', { name: 'Rotate token' }).click();
  await expect(secret(page)).toBeVisible();
  await expect(tokenNames(page)).toHaveCount(0);
  await secret(page).getByRole('button', { name: 'Copy token' }).click();
  expect(await clipboard(page)).toMatch(/^kw_pat_/);
});
