import type { BrowserContext, Page } from '@playwright/test';

/** Every way in which a page makes a browser send something, with the target's cookies. */
export const ways = [
  'socket',
  'events',
  'read',
  'read-blind',
  'send',
  'image',
  'script',
  'style',
  'frame',
  'object',
  'form',
  'beacon',
] as const;

/** Opens a page at an address of which nothing is but this. */
export async function openPageAt(context: BrowserContext, address: string): Promise<Page> {
  const html = { contentType: 'text/html', body: '<!doctype html><title>A page</title><body>' };
  await context.route(address, (route) => route.fulfill(html));
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** Has an open page try every way to the addresses that `base` begins; resolves once each has come to something. */
export async function tryAllWays(page: Page, base: string): Promise<void> {
  await page.evaluate(tryInPage, { base, names: [...ways] });
}

/** Runs in the page, and so knows nothing of this file. */
async function tryInPage({ base, names }: { base: string; names: string[] }): Promise<void> {
  const settled = (thing: EventTarget) =>
    new Promise<void>((resolve) => {
      for (const event of ['open', 'load', 'error']) thing.addEventListener(event, () => resolve());
      setTimeout(resolve, 1_500);
    });
  const put = (tag: string, facts: object) => {
    const element = Object.assign(document.createElement(tag), facts);
    const done = settled(element);
    document.body.append(element);
    return done;
  };
  const post = { method: 'POST', body: 'x', credentials: 'include', mode: 'no-cors' } as const;
  const sendForm = (action: string) => {
    const frame = put('iframe', { name: 'answer' });
    const form = Object.assign(document.createElement('form'), { method: 'POST', action, target: 'answer' });
    document.body.append(form);
    form.submit();
    return frame;
  };
  const attempts: Record<string, (url: string) => unknown> = {
    socket: (url) => settled(new WebSocket(url.replace(/^http/, 'ws'))),
    events: (url) => settled(new EventSource(url, { withCredentials: true })),
    read: (url) => fetch(url, { credentials: 'include' }),
    'read-blind': (url) => fetch(url, { credentials: 'include', mode: 'no-cors' }),
    send: (url) => fetch(url, post),
    image: (src) => put('img', { src }),
    script: (src) => put('script', { src }),
    style: (href) => put('link', { rel: 'stylesheet', href }),
    frame: (src) => put('iframe', { src }),
    object: (data) => put('object', { data }),
    form: sendForm,
    beacon: (url) => navigator.sendBeacon(url, 'x'),
  };
  await Promise.allSettled(names.map(async (name) => attempts[name]?.(`${base}${name}`)));
  // A form and a beacon do not say when they have arrived.
  await new Promise((resolve) => setTimeout(resolve, 300));
}
