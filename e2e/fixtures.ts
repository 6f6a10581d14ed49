import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, expect, type Page, test as base } from '@playwright/test';
import { type Desk, type EmptyDesk, openDesk, openEmptyDesk } from '#server/testing/desk.ts';
import type { Person } from '#server/testing/person.ts';

export const pages = fileURLToPath(new URL('../out/', import.meta.url));
const cli = fileURLToPath(new URL('../out-cli/', import.meta.url));
export const pictures = fileURLToPath(new URL('screenshots/', import.meta.url));

interface Fixtures {
  /** A server where Ada is the first admin. Paths are paths of this server. */
  desk: Desk;
  /** A server where nobody can sign in yet. */
  emptyDesk: EmptyDesk;
  /** Makes the browser that person's. */
  signInAs: (person: Person) => Promise<void>;
  /** Fails the test when a page logs an error or breaks its Content-Security-Policy. */
  quiet: void;
  /** What a page may log because the journey breaks it on purpose. */
  expectedNoise: RegExp | null;
}

export const test = base.extend<Fixtures>({
  desk: async ({}, use) => {
    await using desk = await openDesk({ pages, cli });
    await use(desk);
  },
  emptyDesk: async ({}, use) => {
    await using desk = await openEmptyDesk({ pages, cli });
    await use(desk);
  },
  baseURL: async ({ desk }, use) => use(desk.origin),
  signInAs: async ({ desk, context }, use) => {
    await use((person) => giveCookie(context, desk.origin, person));
  },
  expectedNoise: [null, { option: true }],
  quiet: [
    async ({ context, expectedNoise }, use) => {
      const noise: string[] = [];
      context.on('console', (message) => {
        // A refused call is logged by the browser itself; the journeys cause some on purpose.
        const isOwn = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
        if (isOwn) noise.push(message.text());
      });
      context.on('weberror', (error) => noise.push(String(error.error())));
      await use();
      const unexpected = noise.filter((line) => !expectedNoise?.test(line));
      expect(unexpected, 'errors on the console').toEqual([]);
    },
    { auto: true },
  ],
});

async function giveCookie(context: BrowserContext, origin: string, { cookie }: Person) {
  const [name = '', value = ''] = cookie.split('=', 2);
  await context.addCookies([{ name, value, url: origin }]);
}

/** Keeps a picture for people to look at, where they have asked for pictures; none is compared. */
export async function picture(page: Page, name: string) {
  if (!process.env['PICTURES']) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}${name}.png`, animations: 'disabled' });
}

export const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

export { expect } from '@playwright/test';
