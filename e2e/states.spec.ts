import { tokenCard, tokenNames } from './desk-pages.ts';
import { expect, picture, test } from './fixtures.ts';

test.beforeEach(({ desk, signInAs }) => signInAs(desk.ada));

test('skeletons stand where the tokens will', async ({ desk, page }) => {
  await desk.ada.createToken({ name: 'laptop' });
  const gate = Promise.withResolvers<void>();
  await page.route('**/trpc/**tokens.list**', async (route) => {
    await gate.promise;
    await route.continue();
  });
  await page.goto('/tokens');
  await expect(page.getByRole('status', { name: 'Loading tokens' })).toBeVisible();
  await picture(page, 'tokens-loading');
  gate.resolve();
  await expect(tokenNames(page)).toHaveText(['laptop']);
});

test('nothing yet says what tokens are for', async ({ page }) => {
  await page.goto('/tokens');
  await expect(page.getByRole('heading', { name: 'No tokens yet' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'New token' })).toBeVisible();
  await expect(page.getByRole('searchbox')).toHaveCount(0);
});

for (const path of ['/tokens', '/dashboard']) {
  test(`when the server fails, ${path} says so, with the request's number and another try`, async ({
    desk,
    page,
  }) => {
    await desk.ada.createToken({ name: 'laptop' });
    // What changed a moment ago would be looked at again, which mends the page before the press.
    await page.route('**/trpc/live.changes**', (route) => route.abort());
    let isBroken = true;
    await page.route('**/trpc/**tokens.list**', async (route) => {
      if (!isBroken) return route.continue();
      const problem = {
        title: 'Something went wrong on our side',
        status: 500,
        detail: 'Tell whoever runs this server.',
        code: 'internal',
        requestId: '019aa8b4-6f00',
      };
      const error = {
        error: {
          message: '',
          code: -32603,
          data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, problem },
        },
      };
      const isBatch = route.request().url().includes('batch=1');
      const calls = new URL(route.request().url()).pathname.split(',').length;
      await route.fulfill({
        status: 500,
        json: isBatch ? Array.from({ length: calls }, () => error) : error,
      });
    });
    await page.goto(path);
    const failure = page.getByRole('alert').filter({ hasText: 'Something went wrong on our side' });
    await expect(failure).toContainText('019aa8b4-6f00');
    await picture(page, `${path.slice(1)}-failed`);
    isBroken = false;
    await failure.getByRole('button', { name: 'Retry' }).click();
    await expect(page.getByText('laptop').or(page.getByText('Get started')).first()).toBeVisible();
  });
}

test('offline is told quietly, and what is shown stays', async ({ desk, page, context }) => {
  await desk.ada.createToken({ name: 'laptop' });
  await page.goto('/tokens');
  await expect(tokenNames(page)).toHaveText(['laptop']);
  await context.setOffline(true);
  await expect(page.getByText('You are offline.')).toBeVisible();
  await expect(tokenNames(page)).toHaveText(['laptop']);
  await context.setOffline(false);
  await expect(page.getByText('You are offline.')).toHaveCount(0);
});

test('a very long name breaks nothing', async ({ desk, page }) => {
  const name = 'W'.repeat(64);
  await desk.ada.createToken({ name });
  for (const width of [1280, 800, 360]) {
    await page.setViewportSize({ width, height: 740 });
    await page.goto('/tokens');
    await expect(tokenCard(page, name)).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `at ${width}`).toBeLessThanOrEqual(0);
  }
});

test('an answer that is not from Keyward is not taken for a lost connection', async ({ desk, page }) => {
  await desk.ada.createToken({ name: 'laptop' });
  await page.route('**/trpc/**tokens.list**', (route) =>
    route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>Proxy error</h1>' }),
  );
  await page.goto('/tokens');
  await expect(page.getByRole('alert').filter({ hasText: 'Keyward failed (500)' })).toBeVisible();
  await expect(page.getByText('Check your connection')).toHaveCount(0);
});

test('no answer at all is', async ({ page }) => {
  await page.route('**/trpc/**tokens.list**', (route) => route.abort());
  await page.goto('/tokens');
  await expect(page.getByRole('alert').filter({ hasText: 'Check your connection' })).toBeVisible();
});
