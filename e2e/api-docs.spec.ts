import type { Page } from '@playwright/test';
import { expect, picture, test } from './fixtures.ts';
import { check, views } from './views.ts';

/** Opens an operation, and sends the call as it stands there. */
async function tryOut(page: Page, operation: RegExp) {
  const row = page.getByRole('button', { name: operation });
  if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
  await page.getByRole('button', { name: 'Send' }).click();
  return page.getByRole('region', { name: 'Answer' });
}

const me = /^GET \/api\/v1\/me /;

test('the API page is for whoever is signed in', async ({ desk, page, signInAs }) => {
  await page.goto('/docs/api');
  await expect(page).toHaveURL('/login?next=%2Fdocs%2Fapi');
  await signInAs(await desk.join('Vera', 'viewer'));
  await page.goto('/dashboard');
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'API' }).click();
  await expect(page).toHaveURL('/docs/api');
  await expect(page.getByRole('button', { name: me })).toBeVisible();
});

test('a call is tried by the session, or by a token that stays nowhere', async ({ desk, page, signInAs }) => {
  const { token } = await desk.ada.createToken({ name: 'narrow', permissions: ['profile:read'] });
  await signInAs(await desk.join('Grace', 'member'));
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== desk.origin) elsewhere.push(request.url());
  });
  await page.goto('/docs/api');
  await expect(await tryOut(page, me)).toContainText('grace@example.com');
  await page.getByLabel('Try calls with a token').fill(token);
  await expect(page.getByText(/Calls are made with this token/)).toBeVisible();
  const answer = await tryOut(page, me);
  await expect(answer).toContainText('ada@example.com');
  await expect(answer).toContainText('narrow');
  await expect(await tryOut(page, /^GET \/api\/v1\/tokens /)).toContainText('permission_denied');
  expect(await page.content()).not.toContain(token.slice(16));
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(stored).not.toContain(token.slice(16));
  await page.reload();
  await expect(page.getByLabel('Try calls with a token')).toHaveValue('');
  await expect(await tryOut(page, me)).toContainText('grace@example.com');
  expect(elsewhere).toEqual([]);
});

test('an operation is found by a word, the address keeps what is open, and a call by fields goes where they say', async ({
  desk,
  page,
  signInAs,
}) => {
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  await signInAs(desk.ada);
  await page.goto('/docs/api');
  await page.getByRole('searchbox', { name: 'Find an operation' }).fill('revoke a token');
  const row = page.getByRole('button', { name: /^DELETE \/api\/v1\/tokens\/\{id\} / });
  await row.click();
  await expect(page).toHaveURL(/open=tokens\.revoke/);
  await page.reload();
  await expect(row).toHaveAttribute('aria-expanded', 'true');
  await page.getByLabel('id', { exact: true }).fill(credential.id);
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByText('204')).not.toHaveCount(0);
  await expect(page.getByText('No body.', { exact: true })).toBeVisible();
  expect((await desk.ada.send(`GET /api/v1/tokens/${credential.id}`)).body['status']).toBe('revoked');
  await page.getByRole('searchbox', { name: 'Find an operation' }).fill('zebra');
  await expect(page.getByText('No operation matches')).toBeVisible();
});

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });
    test(`the API page is for everyone, ${view}`, async ({ desk, page, signInAs }) => {
      await signInAs(desk.ada);
      await page.goto('/docs/api');
      await expect(page.getByRole('button', { name: me })).toBeVisible();
      await picture(page, `api-${view}`);
      await expect(await tryOut(page, me)).toContainText('ada@example.com');
      await page.getByRole('button', { name: me }).scrollIntoViewIfNeeded();
      await picture(page, `api-open-${view}`);
      await page.getByRole('button', { name: /^POST \/api\/v1\/tokens / }).click();
      await page.getByRole('textbox', { name: 'Body' }).scrollIntoViewIfNeeded();
      await check(page, `api-post-${view}`);
    });
  });
}
