import { startBackend, upgrade } from '#server/testing/backend.ts';
import { createCaller } from '#server/testing/caller.ts';
import { placeOfFront, startProxy, type ProxyName } from '#server/testing/fronts.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { sendRaw } from '#trust/send-raw.ts';
import type { Stage } from '#trust/stage.ts';

type Headers = Record<string, string>;

const proxies: readonly ProxyName[] = ['nginx', 'caddy'];

/** As browsers mark what a page of another origin makes them send. */
const foreignTo = (origin: string): Headers[] => [
  { Origin: 'https://evil.example' },
  { Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' },
  { Origin: origin.replace('http:', 'https:') },
  { Origin: `${origin}.evil.example` },
  { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' },
  { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
];
/** And what the site's own pages, programs and people who follow a link send. */
const ownOf = (origin: string): Headers[] => [
  {},
  { Origin: origin, 'Sec-Fetch-Site': 'same-origin' },
  { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': 'image' },
  { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
];

/** A handshake without a key, which some services take, and which does not say where it comes from. */
async function openUnkeyed(origin: string, cookie: string): Promise<number> {
  const lines = [
    'GET /socket HTTP/1.1',
    `Host: ${new URL(origin).host}`,
    `Cookie: ${cookie}`,
    'Connection: Upgrade, close',
    'Upgrade: websocket',
  ];
  return (await sendRaw(origin, `${lines.join('\r\n')}\r\n\r\n`)).status;
}

/** How many foreign requests of those sent have reached the service behind a proxy, and how many of its own have not. */
async function tryProxy(name: ProxyName, { servers: [keyward], ada }: Stage) {
  await using service = await startBackend();
  await using place = await placeOfFront();
  await using _ = await startProxy(name, place, { keyward: keyward.origin, service: service.port });
  const origin = `http://127.0.0.1:${place.port}`;
  const caller = createCaller(origin);
  const { cookie } = ada;
  const foreign = foreignTo(origin);
  for (const headers of foreign) {
    for (const method of ['GET', 'POST']) await caller.send(`${method} /page`, { cookie, headers });
    await upgrade(origin, { ...headers, Cookie: cookie });
  }
  await upgrade(origin, { Cookie: cookie });
  await openUnkeyed(origin, cookie);
  const passed = service.requests.length;
  const own = ownOf(origin);
  for (const headers of own) await caller.send('GET /page', { cookie, headers });
  await upgrade(origin, { Cookie: cookie, Origin: origin });
  const { token } = await ada.createToken({ name: `for ${name}` });
  for (const headers of foreign) await caller.send('POST /page', { token, headers });
  const wanted = own.length + 1 + foreign.length;
  return { passed, tried: foreign.length * 3 + 2, refused: wanted - (service.requests.length - passed) };
}

export const promise: TrustPromise = {
  id: 'S34',
  name: 'with a session nothing that a foreign page makes a browser send gets through nginx or Caddy, and its own pages do',
  threshold: '0 let in, 0 of its own refused',
  isFast: true,
  tools: ['nginx', 'caddy'],
  async check(stage) {
    const found = await Promise.all(proxies.map((name) => tryProxy(name, stage)));
    const sum = (what: 'passed' | 'tried' | 'refused') => found.reduce((all, one) => all + one[what], 0);
    return {
      measured: `${sum('passed')} of ${sum('tried')} let in, ${sum('refused')} of its own refused`,
      holds: sum('passed') + sum('refused') === 0,
    };
  },
  control: [
    { without: 'refusing a foreign origin for every method', replaced: ['foreign-pages-may-read'] },
    { without: 'comparing the whole of an origin', replaced: ['origins-are-hosts'] },
    {
      without: 'a look at which site a request without an origin comes from',
      replaced: ['no-site-is-another'],
    },
    { without: 'telling a frame from a link', replaced: ['frames-are-links'] },
    { without: 'asking of a WebSocket where it comes from', replaced: ['sockets-are-not-told'] },
    { without: 'a look at what the proxy says is to be upgraded', replaced: ['proxies-tell-no-upgrade'] },
    { without: 'a look at which site the proxy asks for', replaced: ['proxies-ask-for-our-site'] },
  ],
};
