import { brotliCompressSync } from 'node:zlib';
import { expect, test } from './fixtures.ts';

const budgetKilobytes = 180;

for (const path of ['/login', '/dashboard', '/tokens']) {
  test(`the first load of ${path} stays within its budget and on this server`, async ({ desk, page, signInAs }) => {
    if (path !== '/login') await signInAs(desk.ada);
    const scripts: Promise<Buffer>[] = [];
    const elsewhere: string[] = [];
    page.on('response', (response) => {
      const url = new URL(response.url());
      if (url.origin !== desk.origin) elsewhere.push(url.href);
      if (url.pathname.endsWith('.js')) scripts.push(response.body());
    });
    await page.goto(path, { waitUntil: 'networkidle' });
    const sizes = (await Promise.all(scripts)).map((body) => brotliCompressSync(body).length);
    const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000;
    expect(kilobytes).toBeLessThan(budgetKilobytes);
    expect(elsewhere).toEqual([]);
  });
}
