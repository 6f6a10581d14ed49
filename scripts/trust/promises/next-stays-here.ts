import { inTurns } from '#scripts/trust/in-turns.ts';
import { openBrowser } from '#scripts/trust/open-browser.ts';
import type { TrustPromise } from '#scripts/trust/promise.ts';

/** What somebody might write behind `?next=` so that signing in leads to their own site. */
const hostile = [
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\evil.example',
  '\\\\evil.example',
  '/\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r/evil.example',
  '\t//evil.example',
  '/\0/evil.example',
  ' //evil.example',
  '/..//evil.example',
  '/./\\evil.example',
  '/a/..//evil.example',
  'http:evil.example',
  'http:/evil.example',
  'https://evil.example/tokens',
  'https://localhost@evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '/%2Fevil.example',
  '/%2f%2fevil.example',
  '/%5Cevil.example',
  '/%252Fevil.example',
  '/%09/evil.example',
  '/%0d%0aLocation:https://evil.example',
  '/．．//evil.example',
];

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
  name: 'whatever `next` says, signing in stays on this site, as Chromium reads it too',
  threshold: `${hostile.length} of ${hostile.length}`,
  isFast: true,
  async check({ servers: [server], ada }) {
    const headers = { Accept: 'text/html' };
    const led = await inTurns(hostile, async (next) => {
      const path = `/login?next=${encodeURIComponent(next)}`;
      const answer = await server.send(`GET ${path}`, { cookie: ada.cookie, headers });
      return answer.status === 302 ? answer.headers.get('location') : null;
    });
    const locations = led.map((location) => location ?? 'https://nowhere.example');
    const origins = await originsInChromium(`${server.origin}/healthz`, locations);
    const stayed = origins.filter((origin) => origin === server.origin).length;
    return { measured: `${stayed} of ${hostile.length}`, holds: stayed === hostile.length };
  },
  control: {
    without: 'a look at where `next` leads',
    patches: [
      {
        file: 'server/access/schema.ts',
        find: 'if (!next || !staysHere(next) || !staysHere(decoded(next)) || !staysHere(decoded(decoded(next))))',
        replace: 'if (next) return next; else',
      },
    ],
  },
};
