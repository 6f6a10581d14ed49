import type { Browser } from '@playwright/test';
import { startBackend, type Backend } from '#server/testing/backend.ts';
import { createCaller } from '#server/testing/caller.ts';
import { frontHost, placeOfFront, startFront, startProxy, type ProxyName } from '#server/testing/fronts.ts';
import { goodPassword, signIn } from '#server/testing/person.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import { freePort } from '#server/testing/program.ts';
import { openBrowser } from '#trust/open-browser.ts';
import { openPageAt, tryAllWays, ways } from '#trust/page-attempts.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

const proxies: readonly ProxyName[] = ['nginx', 'caddy'];

/** What got through that must not, what did not that must, and how much Keyward has refused. */
interface Found {
  foreign: string[];
  own: string[];
  refused: number;
}

const countRefused = (keyward: ServerProcess) => keyward.printed().match(/"status":403/g)?.length ?? 0;

/** A browser that is signed in at an origin. */
async function openSignedIn(browser: Browser, origin: string, cookie: string) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const [name = '', value = ''] = cookie.split('=');
  const secure = origin.startsWith('https:');
  const kept = { name, value, url: origin, httpOnly: true, sameSite: 'Lax' as const, secure };
  await context.addCookies([kept]);
  return context;
}

/** The ways by which requests have reached a service. */
const reached = ({ requests }: Backend, base: string) =>
  new Set(requests.filter(({ url }) => url.startsWith(base)).map(({ url }) => url.slice(base.length)));

/** A service behind one of the files: pages of the same host, at another port, and its own. */
async function tryProxy(name: ProxyName, browser: Browser, stage: Stage): Promise<Found> {
  const { ada } = stage;
  await using keyward = await stage.another({ KEYWARD_LOG_LEVEL: 'info' });
  await using service = await startBackend();
  await using place = await placeOfFront();
  await using _ = await startProxy(name, place, { keyward: keyward.origin, service: service.port });
  const origin = `http://127.0.0.1:${place.port}`;
  await using context = await openSignedIn(browser, origin, ada.cookie);
  const neighbour = await openPageAt(context, `http://127.0.0.1:${await freePort()}/`);
  await tryAllWays(neighbour, `${origin}/by/foreign/`);
  const refused = countRefused(keyward);
  const site = await context.newPage();
  await site.goto(`${origin}/page`);
  await tryAllWays(site, `${origin}/by/own/`);
  const arrived = reached(service, '/by/own/');
  const own = ways.filter((way) => !arrived.has(way));
  return { foreign: [...reached(service, '/by/foreign/')], own, refused };
}

/** What Keyward itself answers to its user, and neither to a stranger nor to a foreign page. */
const answered = /"path":"\/(?:api\/v1\/tokens)?","status":[23]/g;

/** Keyward itself behind one of the files: pages of a neighbouring host, and of another port. */
async function tryFront(name: ProxyName, browser: Browser, stage: Stage): Promise<Found> {
  await using place = await placeOfFront();
  const origin = `https://${frontHost}:${place.port}`;
  const port = String(await freePort());
  const settings = { PORT: port, KEYWARD_URL: origin, KEYWARD_LOG_LEVEL: 'info' };
  await using keyward = await stage.another(settings);
  const direct = createCaller(`http://127.0.0.1:${port}`);
  await using _ = await startFront(name, place, direct.origin);
  const { cookie } = await signIn(direct, stage.ada.email, goodPassword);
  await using context = await openSignedIn(browser, origin, cookie);
  const countAnswered = () => keyward.printed().match(answered)?.length ?? 0;
  for (const address of ['https://evil.example.com/', `https://${frontHost}:${await freePort()}/`]) {
    const neighbour = await openPageAt(context, address);
    for (const path of ['/api/v1/tokens?search=', '/?']) await tryAllWays(neighbour, origin + path);
  }
  const foreign = countAnswered();
  const refused = countRefused(keyward);
  const own = await openPageAt(context, `${origin}/a-page`);
  await tryAllWays(own, `${origin}/api/v1/tokens?search=`);
  const reads = countAnswered() - foreign;
  return {
    foreign: foreign > 0 ? [`${foreign} at the desk`] : [],
    own: reads >= readingWays ? [] : [`${readingWays - reads} of the desk's`],
    refused,
  };
}

/** What the others send is not read by a list of tokens. */
const readingWays = ways.length - ['send', 'form', 'beacon'].length;

const localChecks = 'LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests';
/** All ways at two services, and from two neighbours at two addresses of two desks. */
const tried = proxies.length * ways.length * (1 + 2 * 2);

export const promise: TrustPromise = {
  id: 'S34-long',
  name: 'no page of another origin gets through to a service or to the desk with a session, by nginx or by Caddy',
  threshold: `0 let in, ${tried} refused, 0 of its own`,
  isFast: false,
  tools: ['nginx', 'caddy'],
  async check(stage) {
    // What such pages may ask of this machine is a browser's to allow, and beside the point.
    const browsing = [
      '--host-resolver-rules=MAP *.example.com 127.0.0.1',
      `--disable-features=${localChecks}`,
    ];
    await using browser = await openBrowser(browsing);
    const found: Found[] = [];
    for (const name of proxies)
      found.push(await tryProxy(name, browser, stage), await tryFront(name, browser, stage));
    const foreign = found.flatMap((one) => one.foreign);
    const own = found.flatMap((one) => one.own);
    const refused = found.reduce((sum, one) => sum + one.refused, 0);
    const names = foreign.length + own.length > 0 ? `: ${[...foreign, ...own].slice(0, 12).join(', ')}` : '';
    return {
      measured: `${foreign.length} let in, ${refused} refused, ${own.length} of its own refused${names}`,
      holds: foreign.length + own.length === 0 && refused >= tried,
    };
  },
  control: [
    { without: 'refusing a foreign origin for every method', replaced: ['foreign-pages-may-read'] },
    {
      without: 'a look at which site a request without an origin comes from',
      replaced: ['no-site-is-another'],
    },
    { without: 'taking a neighbour of the site as foreign', replaced: ['neighbours-are-ours'] },
    { without: 'telling a frame from a link', replaced: ['frames-are-links'] },
    { without: 'a look at which site the proxy asks for', replaced: ['proxies-ask-for-our-site'] },
  ],
};
