import type { Page } from '@playwright/test';
import { fillDatabase, seedPassword } from '#scripts/seed/fill.ts';
import { rolePermissions } from '#server/core/access/permissions.ts';
import type { Permission, Role } from '#server/core/access/schema.ts';
import type { EmptyDesk } from '#server/testing/desk.ts';
import { signIn, type Person } from '#server/testing/person.ts';
import { userMenu } from './desk-pages.ts';
import { expect, picture, test } from './fixtures.ts';
import { check, overflowOf } from './views.ts';

type Need = readonly [permission: Permission, call?: string];

interface Walked {
  path: string;
  /** What stands there once its data has come. */
  shows: (page: Page, role: Role) => Promise<void>;
  /** What only some may do, and the call that programs get it by; left out where that shows each what is theirs. */
  needs?: Need;
}

const rows = (page: Page) => expect(page.getByRole('article').first()).toBeVisible();

const pages: readonly Walked[] = [
  {
    path: '/dashboard',
    async shows(page, role) {
      await expect(page.getByRole('link', { name: /^Active [1-9]/ })).toBeVisible();
      // Viewers make no tokens; the one that this viewer was left with was never used.
      const use = page.getByRole('img', { name: /calls in the last 30 days/ });
      if (role === 'viewer') await expect(page.getByRole('region', { name: 'My tokens' })).toBeVisible();
      else await expect(use).toBeVisible();
    },
  },
  { path: '/tokens', shows: rows },
  {
    path: '/account',
    shows: (page) =>
      expect(page.getByRole('region', { name: 'Sessions' }).getByText('This browser')).toBeVisible(),
  },
  {
    path: '/docs/api',
    shows: (page) => expect(page.getByRole('button', { name: /^GET \/api\/v1\/me / })).toBeVisible(),
  },
  { path: '/agents', shows: rows, needs: ['tokens:write'] },
  { path: '/mcp-servers', shows: rows, needs: ['mcp:call', '/api/v1/mcp/tools'] },
  { path: '/admin/keys', shows: rows, needs: ['keys:read', '/api/v1/api-keys'] },
  { path: '/admin/users', shows: rows, needs: ['users:read', '/api/v1/users'] },
  { path: '/admin/tokens', shows: rows, needs: ['tokens:admin', '/api/v1/admin/tokens'] },
  {
    path: '/admin/audit',
    async shows(page) {
      await expect(page.getByText(/^Sealed/)).toBeVisible();
      await expect(page.getByRole('list', { name: 'Events' }).getByRole('listitem').first()).toBeVisible();
    },
    needs: ['audit:read', '/api/v1/audit'],
  },
  {
    path: '/admin/settings',
    shows: (page) => expect(page.getByText('The audit log is kept')).toBeVisible(),
    needs: ['settings:write', '/api/v1/settings'],
  },
];

const forEveryone = [/^Home/, /^Tokens/];
const navigation: Record<Role, readonly RegExp[]> = {
  admin: [...forEveryone, /^Agents/, /^API keys/, /^MCP servers/, /^Users/, /^Audit log/, /^Settings/],
  manager: [...forEveryone, /^Agents/, /^API keys/, /^MCP servers/],
  member: [...forEveryone, /^Agents/, /^MCP servers/],
  viewer: forEveryone,
};

// What browsers call good. New rows come in at the top of the audit log, and a viewer's dashboard lets go of a card.
const most = 0.1;

test.use({ contextOptions: { reducedMotion: 'reduce' } });
test.describe.configure({ timeout: 120_000 });

test('every page as admin, manager, member and viewer, with the data of the seed', async ({
  emptyDesk,
  page,
}) => {
  await fillDatabase(emptyDesk.runtime);
  await emptyDesk.runtime.seals.sealer.seal();
  await page.addInitScript(followShifts);
  for (const role of ['viewer', 'member', 'manager', 'admin'] as const) {
    const person = await become(emptyDesk, page, role);
    for (const walked of pages) {
      if (walked.needs && !rolePermissions[role].has(walked.needs[0]))
        await seeRefused({ desk: emptyDesk, page, person }, walked.path, walked.needs);
      else await see(emptyDesk, page, walked, role);
    }
  }
});

async function become(desk: EmptyDesk, page: Page, role: Role): Promise<Person> {
  const person = await signIn(desk, `${role}@example.com`, seedPassword);
  const [name = '', value = ''] = person.cookie.split('=', 2);
  await page.context().addCookies([{ name, value, url: desk.origin }]);
  return person;
}

/** The page with its data, still; an admin's, who sees the most, is photographed too. */
async function see(desk: EmptyDesk, page: Page, { path, shows }: Walked, role: Role) {
  const answer = await page.goto(desk.origin + path);
  expect(answer?.status(), path).toBe(200);
  await shows(page, role);
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link')).toHaveText(navigation[role]);
  await expect(userMenu(page)).toBeVisible();
  expect(await page.evaluate(() => window.shifted), `${path} shifts for ${role}`).toBeLessThan(most);
  if (role !== 'admin') return;
  const name = `walk${path.replaceAll('/', '-')}`;
  await check(page, name, { targets: true });
  await page.setViewportSize({ width: 360, height: 740 });
  await picture(page, `${name}-360`);
  expect(await overflowOf(page), path).toBe(0);
  await page.setViewportSize({ width: 1280, height: 800 });
}

interface Visit {
  desk: EmptyDesk;
  page: Page;
  person: Person;
}

/** The page says so, and the call behind it, if it is refused too, names what is missing. */
async function seeRefused({ desk, page, person }: Visit, path: string, [permission, call]: Need) {
  const answer = await page.goto(desk.origin + path);
  expect(answer?.status(), path).toBe(403);
  await expect(page.getByRole('heading', { name: 'You have no access to this page' })).toBeVisible();
  if (!call) return;
  const { status, problem } = await person.send(`GET ${call}`);
  expect([status, problem?.code], call).toEqual([403, 'permission_denied']);
  expect(problem?.detail, call).toContain(permission);
}

declare global {
  interface Window {
    /** How far things have moved by themselves, as Chromium scores it. */
    shifted: number;
  }
}

function followShifts() {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      window.shifted += (entry as PerformanceEntry & { value: number }).value;
  }).observe({ type: 'layout-shift', buffered: true });
}
