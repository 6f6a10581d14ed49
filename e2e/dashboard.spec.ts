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
