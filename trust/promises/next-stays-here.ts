import { hostileNexts } from '#server/testing/hostile-nexts.ts';
import { inTurns } from '#trust/in-turns.ts';
import { openBrowser } from '#trust/open-browser.ts';
import type { TrustPromise } from '#trust/promise.ts';

/** The last leads to a path of ours, if an odd one. */
const nexts = [...hostileNexts, '/．．//evil.example'];

/** Where Chromium goes from a page that leads to each of these. */
async function originsInChromium(page: string, locations: string[]): Promise<string[]> {
  await using browser = await openBrowser();
  const tab = await browser.newPage();
  await tab.goto(page);
  return await tab.evaluate(
    (all) => all.map((location) => new URL(location, document.baseURI).origin),
    locations,
  );
}

export const promise: TrustPromise = {
  id: 'S8',
  name: 'with any `next`, signing in stays on this site, as Chromium reads it too',
  threshold: `${nexts.length} of ${nexts.length}`,
  isFast: true,
  async check({ servers: [server], ada }) {
    const headers = { Accept: 'text/html' };
    const led = await inTurns(nexts, async (next) => {
      const path = `/login?next=${encodeURIComponent(next)}`;
      const answer = await server.send(`GET ${path}`, { cookie: ada.cookie, headers });
      return answer.status === 302 ? answer.headers.get('location') : null;
    });
    const locations = led.map((location) => location ?? 'https://nowhere.example');
    const origins = await originsInChromium(`${server.origin}/healthz`, locations);
    const stayed = origins.filter((origin) => origin === server.origin).length;
    return { measured: `${stayed} of ${nexts.length}`, holds: stayed === nexts.length };
  },
  control: {
    without: 'a look at where `next` leads',
    replaced: ['next-leads-anywhere'],
  },
};
