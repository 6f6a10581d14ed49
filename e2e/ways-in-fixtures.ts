import { openDesk } from '#server/testing/desk.ts';
import { openIssuer, type TestIssuer } from '#server/testing/issuer.ts';
import { openMailbox, type Mailbox } from '#server/testing/mailbox.ts';
import { pages, test as base } from './fixtures.ts';

/** Journeys at a server with an issuer and a mailbox, with `more` settings beside theirs. */
export const withWaysIn = (more: Record<string, string> = {}) =>
  base.extend<{ issuer: TestIssuer; mailbox: Mailbox }>({
    issuer: async ({}, use) => {
      await using issuer = await openIssuer();
      await use(issuer);
    },
    mailbox: async ({}, use) => {
      await using mailbox = await openMailbox();
      await use(mailbox);
    },
    desk: async ({ issuer, mailbox }, use) => {
      const settings = { ...issuer.settings, ...mailbox.settings, ...more };
      await using desk = await openDesk({ pages, settings });
      await use(desk);
    },
    // The issuer leads back to the address that people use.
    baseURL: async ({ desk }, use) => use(desk.runtime.config.url.origin),
    signInAs: async ({ desk, context }, use) => {
      await use(async ({ cookie }) => {
        const [name = '', value = ''] = cookie.split('=', 2);
        await context.addCookies([{ name, value, url: desk.runtime.config.url.origin }]);
      });
    },
  });
