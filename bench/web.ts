import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import AxeBuilder from '@axe-core/playwright';
import { chromium, type Page } from '@playwright/test';
import { launch } from 'chrome-launcher';
import lighthouse, { desktopConfig } from 'lighthouse';
import { startEmbedded } from '#db/embedded/embedded.ts';
import { findBrowser } from '#scripts/find-browser.ts';
import { fillDatabase, seedPassword } from '#scripts/seed/fill.ts';
import { parseConfig } from '#server/config.ts';
import { startHttpServer } from '#server/doors/http/server.ts';
import { openStaticExport } from '#server/doors/pages/export.ts';
import { routeTable } from '#server/routes.ts';
import { createRuntime } from '#server/runtime.ts';
import { createCaller } from '#server/testing/caller.ts';
import { signIn } from '#server/testing/person.ts';

/** Pages, and the least that Lighthouse may give to one in any category; those without are measured only. */
const pages: { path: string; least?: number }[] = [
  { path: '/login', least: 95 },
  { path: '/dashboard' },
  { path: '/tokens', least: 95 },
  { path: '/account' },
  { path: '/admin/users' },
  { path: '/admin/tokens', least: 95 },
  { path: '/admin/audit' },
  { path: '/docs/api' },
];
const categories = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
/** What is not judged, and why: told with the figures. */
const leftOut = [
  { audit: 'is-crawlable', why: 'A desk is to be found by nobody: every page says noindex on purpose.' },
];
const runs = 3;
const flags = [
  '--headless=new',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
];
const root = path.join(import.meta.dirname, '..');

interface Figures {
  path: string;
  scores: Record<(typeof categories)[number], number>;
  /** What kept a score down, by Lighthouse's names. */
  losses: string[];
  /** What axe finds, by colour scheme. */
  axe: { light: string[]; dark: string[] };
  isEnough: boolean;
}

interface Site {
  origin: string;
  cookie: string;
}

/** A server of its own on a seeded database, which is gone afterwards. */
async function openSite(opened: AsyncDisposableStack): Promise<Site> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keyward-bench-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const database = await startEmbedded({ dataFolder: folder, say: () => {} });
  opened.defer(() => database.stop());
  const config = parseConfig({ PORT: '0', KEYWARD_DATA: folder, KEYWARD_LOG_LEVEL: 'error' });
  const runtime = await createRuntime(config, { addresses: { owner: database.address } });
  opened.defer(() => runtime.close());
  await fillDatabase(runtime);
  const server = await startHttpServer(runtime, routeTable(await openStaticExport(path.join(root, 'out'))));
  opened.defer(() => server.close());
  const caller = createCaller(`http://127.0.0.1:${server.port}`);
  return { origin: caller.origin, cookie: (await signIn(caller, 'admin@example.com', seedPassword)).cookie };
}

const cookieFor = (page: string, cookie: string) => (page === '/login' ? '' : cookie);

async function runLighthouse({ origin, cookie }: Site, page: string, port: number) {
  const sent = cookieFor(page, cookie);
  const options = {
    port,
    onlyCategories: [...categories],
    skipAudits: leftOut.map(({ audit }) => audit),
    ...(sent && { extraHeaders: { Cookie: sent } }),
  };
  const result = await lighthouse(origin + page, options, desktopConfig);
  if (!result) throw new Error(`Lighthouse said nothing of ${page}`);
  const { lhr } = result;
  const scoreOf = (name: string) => Math.round((lhr.categories[name]?.score ?? 0) * 100);
  const losses = Object.values(lhr.categories).flatMap(({ auditRefs }) =>
    auditRefs.flatMap(({ id, weight }) => {
      const score = lhr.audits[id]?.score ?? null;
      return weight > 0 && score !== null && score < 0.9 ? [`${id} ${score.toFixed(2)}`] : [];
    }),
  );
  const scores = Object.fromEntries(categories.map((name) => [name, scoreOf(name)])) as Figures['scores'];
  return { scores, losses };
}

/** Of some runs the one in the middle by performance, the only score that varies with what else the machine does. */
async function runMedian(site: Site, page: string, port: number) {
  const judged = [];
  for (let run = 0; run < runs; run++) judged.push(await runLighthouse(site, page, port));
  judged.sort((a, b) => a.scores.performance - b.scores.performance);
  const median = judged[Math.floor(runs / 2)];
  if (!median) throw new Error(`${page} was not judged`);
  return median;
}

async function runAxe(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.map(({ id, impact, nodes }) => `${id} (${impact}) ×${nodes.length}`);
}

async function axeBothSchemes(
  executablePath: string,
  args: string[],
  { origin, cookie }: Site,
  path: string,
) {
  const browser = await chromium.launch({ executablePath, args });
  try {
    const found = { light: [] as string[], dark: [] as string[] };
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
      const [name = '', value = ''] = cookieFor(path, cookie).split('=', 2);
      if (name) await context.addCookies([{ name, value, url: origin }]);
      const page = await context.newPage();
      await page.goto(origin + path, { waitUntil: 'load' });
      await page.waitForTimeout(1_500);
      found[colorScheme] = await runAxe(page);
      await context.close();
    }
    return found;
  } finally {
    await browser.close();
  }
}

async function measure(paths: string[]): Promise<Figures[]> {
  await using opened = new AsyncDisposableStack();
  const site = await openSite(opened);
  const browser = await findBrowser();
  const args = [...flags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const figures: Figures[] = [];
  for (const { path, least = 0 } of pages.filter((page) => paths.length === 0 || paths.includes(page.path))) {
    const headers = { Accept: 'text/html', Cookie: cookieFor(path, site.cookie) };
    const { status } = await fetch(site.origin + path, { headers, redirect: 'manual' });
    if (status !== 200) throw new Error(`${path} answers ${status}: there is nothing to judge`);
    const chrome = await launch({ chromePath: browser, chromeFlags: args, logLevel: 'error' });
    try {
      const judged = await runMedian(site, path, chrome.port);
      const axe = await axeBothSchemes(browser, args, site, path);
      const isEnough = Object.values(judged.scores).every((score) => score >= least);
      figures.push({ path, ...judged, axe, isEnough });
      process.stderr.write(`${path} ${Object.values(judged.scores).join(' ')} ${judged.losses.join(', ')}\n`);
    } finally {
      chrome.kill();
    }
  }
  return figures;
}

const { positionals } = parseArgs({ allowPositionals: true });
const figures = await measure(positionals);
await writeFile(
  path.join(root, 'bench/web.json'),
  `${JSON.stringify({ runs, leftOut, pages: figures }, null, 2)}\n`,
);
// oxlint-disable-next-line no-console
console.table(
  figures.map(({ path, scores, axe, isEnough }) => ({
    page: path,
    ...scores,
    'axe, light': axe.light.length,
    'axe, dark': axe.dark.length,
    enough: isEnough,
  })),
);
for (const { audit, why } of leftOut) process.stdout.write(`Not judged: ${audit}. ${why}\n`);
const isGood = figures.every(({ isEnough, axe }) => isEnough && axe.light.length + axe.dark.length === 0);
process.exitCode = isGood ? 0 : 1;
