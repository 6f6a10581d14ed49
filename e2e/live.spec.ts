import { expect, test } from './fixtures.ts';

test('a page shows what was changed elsewhere, without being asked', async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  const watching = page.waitForResponse((response) => response.url().endsWith('/trpc/live.changes'));
  await page.goto('/tokens');
  await watching;
  await expect(page.getByText('No tokens yet')).toBeVisible();
  await desk.ada.createToken({ name: 'made elsewhere' });
  await expect(page.getByRole('heading', { name: 'made elsewhere' })).toBeVisible();
});

test('whoever is deactivated leaves the page at once', async ({ desk, page, signInAs }) => {
  const bob = await desk.join('Bob', 'member');
  await signInAs(bob);
  const watching = page.waitForResponse((response) => response.url().endsWith('/trpc/live.changes'));
  await page.goto('/tokens');
  await watching;
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  await page.waitForURL('**/login?next=%2Ftokens');
});

test('after the server was away the page watches again', async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/tokens');
  await desk.sql(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ~* '^notify '",
  );
  await page.waitForResponse((response) => response.url().endsWith('/trpc/live.changes'));
  await desk.ada.createToken({ name: 'made later' });
  await expect(page.getByRole('heading', { name: 'made later' })).toBeVisible({ timeout: 15_000 });
});
