import { fillDatabase, seedPassword } from '#scripts/seed/fill.ts';
import { signIn } from '#server/testing/person.ts';
import { expect, picture, test } from './fixtures.ts';
import { check, views } from './views.ts';

test.use({ contextOptions: { reducedMotion: 'reduce' } });

test('the dashboard draws a month of use, and says it as a table', async ({ emptyDesk, page }) => {
  test.setTimeout(60_000);
  await fillDatabase(emptyDesk.runtime);
  const { cookie } = await signIn(emptyDesk, 'member@example.com', seedPassword);
  const [name = '', value = ''] = cookie.split('=', 2);
  await page.context().addCookies([{ name, value, url: emptyDesk.origin }]);
  for (const { view, width, height } of views) {
    await page.setViewportSize({ width, height });
    await page.goto(`${emptyDesk.origin}/dashboard`);
    await expect(page.getByRole('img', { name: /calls in the last 30 days/ })).toBeVisible();
    await picture(page, `dashboard-month-${view}`);
    await page.getByRole('button', { name: 'As a table' }).click();
    await expect(page.getByRole('row')).toHaveCount(31);
    await check(page, `dashboard-table-${view}`);
  }
});

test('the steps to start are ticked off one by one, by what was done anywhere, until all are done', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  const start = page.getByRole('region', { name: 'Get started' });
  await expect(start).toContainText('0 of 3 done');
  await expect(page.getByRole('region', { name: 'My tokens' })).toHaveCount(0);
  const { token } = await desk.ada.createToken({ name: 'laptop' });
  await expect(start).toContainText('1 of 3 done');
  await expect(start.getByRole('listitem').first()).toHaveText('Make a token');
  await expect(page.getByRole('region', { name: 'My tokens' })).toBeVisible();
  await desk.send('GET /api/v1/me', { token });
  await desk.settle();
  await page.reload();
  await expect(start).toContainText('2 of 3 done');
  await expect(start.getByRole('link', { name: 'Add person' })).toBeVisible();
  await desk.join('Bob', 'member');
  await page.reload();
  await expect(page.getByRole('region', { name: 'Recently used' })).toBeVisible();
  await expect(start).toHaveCount(0);
});

test('the steps can be dismissed, and stay away from that person alone', async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  const start = page.getByRole('region', { name: 'Get started' });
  await start.getByRole('button', { name: 'Dismiss' }).click();
  await expect(start).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Claude Code' })).toBeVisible();
  await expect(start).toHaveCount(0);
  await signInAs(await desk.join('Bob', 'member'));
  await page.goto('/dashboard');
  await expect(start).toContainText('0 of 2 done');
});

test('what needs attention stands first for an admin, and nothing where nothing does', async ({
  desk,
  page,
  signInAs,
}) => {
  const bob = await desk.join('Bob', 'member');
  await bob.createToken({ name: 'orphan' });
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  await expect(page.getByRole('heading', { name: 'Claude Code' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Needs attention' })).toHaveCount(0);
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  await page.reload();
  await expect(page.getByRole('main').getByRole('heading', { level: 2 }).first()).toHaveText(
    'Needs attention',
  );
});
