import { textOf } from '#server/testing/caller.ts';
import type { Desk } from '#server/testing/desk.ts';
import { clipboard, expect, test } from './fixtures.ts';
import { check, views } from './views.ts';

const redeem = async (desk: Desk, text: string, host = 'ada-laptop') => {
  const code = /keyward setup (kw_set_\w+)/.exec(text)?.[1];
  return desk.send('POST /api/v1/setup-codes/redeem', { body: { code, host, os: 'linux' } });
};

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });
    test(`one press copies what Claude Code is to do, and the card shows how it goes, ${view}`, async ({
      desk,
      page,
      signInAs,
    }) => {
      test.setTimeout(40_000);
      await signInAs(desk.ada);
      await page.goto('/dashboard');
      const begin = page.getByRole('button', { name: 'Set up a new Claude Code' });
      await page.getByRole('button', { name: 'What Claude Code will receive' }).click();
      const shown = await page.getByLabel('What Claude Code will receive', { exact: true }).textContent();
      await check(page, `claude-preview-${view}`);
      await begin.click();
      await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toHaveCount(1);
      await expect(page.getByText(/works for another/)).toContainText(/(9:[0-5]\d|10:00)/);
      await check(page, `claude-waiting-${view}`);
      const text = await clipboard(page);
      const [code = ''] = /kw_set_\w{38}/.exec(text) ?? [];
      expect(
        text.replace(code, 'kw_set_…').replace(/dies [\d: -]+UTC/, 'dies ten minutes after it was made'),
      ).toBe(shown);
      expect(await page.content(), 'the code is nowhere in the page').not.toContain(code);

      const redeemed = await redeem(desk, text);
      await expect(page.getByText('Connected: ada-laptop')).toBeVisible();
      await expect(page.getByText('Waiting for its check-up')).toBeVisible();
      await check(page, `claude-connected-${view}`);
      const token = textOf(redeemed.body['secret']);
      const report = (healthy: boolean) =>
        desk.send('POST /api/v1/setup-codes/report', { token, body: { version: '0.1.0', healthy } });
      await report(false);
      await expect(page.getByText('Something needs attention there')).toBeVisible();
      await report(true);
      await expect(page.getByText('keyward 0.1.0 · no skills installed')).toBeVisible();
      await check(page, `claude-healthy-${view}`);
      await redeem(desk, text, 'somebody-else');
      await expect(page.getByText('Its token has been revoked')).toBeVisible();
      await check(page, `claude-revoked-${view}`);
      await page.getByRole('button', { name: 'Done' }).click();
      await expect(begin).toBeVisible();
    });
  });
}

test('a code is cancelled, expires, or is copied by hand, and a server that fails says so in place', async ({
  desk,
  page,
  signInAs,
}) => {
  test.setTimeout(40_000);
  await signInAs(desk.ada);
  await page.clock.install();
  await page.goto('/dashboard');
  const begin = page.getByRole('button', { name: 'Set up a new Claude Code' });
  await begin.click();
  await expect(page.getByText('Waiting for the machine')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Claude Code', exact: true })).toBeFocused();
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('kw_set_');
  await page.reload();
  await expect(page.getByText(/works for another/)).toContainText(/(9|10):\d\d/);
  await expect(page.getByText('made before this page was loaded')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Copy again' })).toHaveCount(0);
  await check(page, 'claude-kept');
  await page.getByRole('button', { name: 'Cancel the code' }).click();
  await expect(begin).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Claude Code', exact: true })).toBeFocused();
  expect((await redeem(desk, await clipboard(page))).problem?.code).toBe('code_invalid');

  await begin.click();
  await expect(page.getByText('Waiting for the machine')).toBeVisible();
  await page.clock.fastForward('10:01');
  await expect(page.getByText('The code has expired')).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();

  await begin.click();
  await expect(page.getByText('Waiting for the machine')).toBeVisible();
  await redeem(desk, await clipboard(page));
  await expect(page.getByText('Connected: ada-laptop')).toBeVisible();
  await page.reload();
  await expect(page.getByText('Connected: ada-laptop')).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.reload();
  await expect(begin).toBeEnabled();

  await page.evaluate(() => {
    const refuse = () => Promise.reject(new Error('refused'));
    Object.assign(navigator.clipboard, { write: refuse, writeText: refuse });
  });
  await begin.click();
  const dialog = page.getByRole('dialog', { name: 'Copy the instructions' });
  await expect(dialog.getByRole('textbox')).toHaveValue(/keyward setup kw_set_/);
  await expect(dialog.getByRole('textbox')).toBeFocused();
  await check(page, 'claude-by-hand');
  await dialog.getByRole('button', { name: 'Done' }).click();
  expect(await page.content()).not.toContain('keyward setup kw_set_');
  await page.getByRole('button', { name: 'Cancel the code' }).click();

  await page.route('**/trpc/setupCodes.make*', (route) => route.abort());
  await begin.click();
  await expect(page.getByText('Check your connection, then try again.')).toBeVisible();
  await page.unroute('**/trpc/setupCodes.make*');
});

test('a token goes into the text after a warning only, and nobody else is offered any of it', async ({
  desk,
  page,
  signInAs,
}) => {
  test.setTimeout(40_000);
  const bob = await desk.join('Bob', 'member');
  await signInAs(bob);
  await page.goto('/dashboard');
  await page.getByRole('button', { name: 'With a token instead…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Put a token into the text?' });
  await check(page, 'claude-token-warning');
  await dialog.getByRole('button', { name: 'Make a token and copy' }).click();
  await expect(page.getByText(/^Copied\. Paste the/)).toBeVisible();
  const [token = ''] = /kw_pat_\w{38}/.exec(await clipboard(page)) ?? [];
  expect((await desk.send('GET /api/v1/me', { token })).status).toBe(200);
  expect(await page.content()).not.toContain(token);
  await page.getByRole('button', { name: 'Done' }).click();

  await signInAs(await desk.join('Vera', 'viewer'));
  await page.goto('/dashboard');
  await expect(page.getByText('As a viewer you cannot make tokens')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Set up a new Claude Code' })).toHaveCount(0);
});

test('a machine that is being set up stays in sight when something begins to need attention', async ({
  desk,
  page,
  signInAs,
}) => {
  const bob = await desk.join('Bob', 'member');
  await bob.createToken({ name: 'laptop' });
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  await page.getByRole('button', { name: 'Set up a new Claude Code' }).click();
  const waiting = page.getByText(/works for another/);
  await expect(waiting).toBeVisible();
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  await expect(page.getByText('Owner is gone.').first()).toBeVisible();
  await expect(waiting).toBeVisible();
});
