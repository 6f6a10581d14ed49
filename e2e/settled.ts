import { expect, type Page, type Request } from '@playwright/test';

const quietMs = 1_000;
const isEndless = (request: Request) => new URL(request.url()).pathname === '/trpc/live.changes';

/**
 * Opens a page and waits until it has asked for nothing for a second. Playwright's own `networkidle` never comes where the
 * stream of changes, which is left out here, stays open.
 */
export async function openSettled(page: Page, path: string) {
  const open = new Set<Request>();
  let changedAt = Date.now();
  const follow = (change: (request: Request) => void) => (request: Request) => {
    if (isEndless(request)) return;
    change(request);
    changedAt = Date.now();
  };
  const begin = follow((request) => open.add(request));
  const end = follow((request) => open.delete(request));
  page.on('request', begin).on('requestfinished', end).on('requestfailed', end);
  await page.goto(path);
  await expect
    .poll(() => open.size === 0 && Date.now() - changedAt > quietMs, { timeout: 20_000, intervals: [100] })
    .toBe(true);
  page.off('request', begin).off('requestfinished', end).off('requestfailed', end);
}
