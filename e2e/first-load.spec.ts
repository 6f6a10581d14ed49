import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openSettled } from './settled.ts';

const budgetKilobytes = 180;
const leastShift = 0.02;

const paths = [
  '/login',
  '/install',
  '/dashboard',
  '/tokens',
  '/account',
  '/agents',
  '/mcp-servers',
  '/admin/keys',
  '/admin/users',
  '/admin/tokens',
  '/admin/audit',
  '/admin/settings',
  '/docs/api',
  '/device',
];

for (const path of paths) {
  test(`the first load of ${path} is light, steady and of this server alone`, async ({
    desk,
    page,
    signInAs,
  }) => {
    await desk.ada.createToken({ name: 'laptop' });
    if (path !== '/login') await signInAs(desk.ada);
    const scripts: Promise<number>[] = [];
    const elsewhere: string[] = [];
    page.on('response', (response) => {
      const url = new URL(response.url());
      if (url.origin !== desk.origin) elsewhere.push(url.href);
      if (url.pathname.endsWith('.js')) scripts.push(bodySize(response.request()));
    });
    await openSettled(page, path);

    const kilobytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0) / 1000;
    test.info().annotations.push({ type: 'kilobytes', description: kilobytes.toFixed(1) });
    expect(kilobytes, 'what was sent was weighed').toBeGreaterThan(0);
    expect(kilobytes).toBeLessThan(budgetKilobytes);
    expect(elsewhere).toEqual([]);

    expect(await page.evaluate(layoutShift)).toBeLessThan(leastShift);
  });
}

for (const path of ['/dashboard', '/tokens'])
  for (const width of [360, 1280])
    test(`notices push down nothing on ${path} of ${width} pixels`, async ({ desk, page, signInAs }) => {
      await page.setViewportSize({ width, height: 800 });
      for (const name of ['laptop', 'ci', 'phone']) {
        const { token } = await desk.ada.createToken({ name });
        await desk.send(`GET /api/v1/me?token=${token}`);
      }
      await signInAs(desk.ada);
      // Later than all else, as in a database that is busy.
      await page.route(/notices\.list/, async (route) => {
        await sleep(500);
        await route.continue();
      });
      await openSettled(page, path);
      await expect(page.getByRole('region', { name: 'Notices' }).getByRole('listitem')).toHaveCount(3);
      expect(await page.evaluate(layoutShift)).toBeLessThan(leastShift);
    });

/** As it was sent: compressed. */
const bodySize = async (request: Request) => (await request.sizes()).responseBodySize;

/** How far things have moved by themselves so far, as Chromium scores it. */
async function layoutShift(): Promise<number> {
  return new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const shifts = list.getEntries() as (PerformanceEntry & { value: number })[];
      resolve(shifts.reduce((sum, { value }) => sum + value, 0));
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => resolve(0), 300);
  });
}
