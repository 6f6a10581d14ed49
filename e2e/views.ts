import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, picture } from './fixtures.ts';

/** How wide every page is looked at. */
export const views = [
  { view: 'wide', width: 1280, height: 800 },
  { view: '360', width: 360, height: 740 },
] as const;

interface Care {
  /** Whether targets are easy to hit too: not where something floats that covers some in part, which scrolling helps. */
  targets: boolean;
}

/** The rules that a page in dark can break where it keeps them in light. */
const ofColors = ['color-contrast', 'link-in-text-block'];

/** What axe finds wrong, more than a little, with the page as it stands. */
const faultsOf = (page: Page, { targets }: Care) =>
  analyze(page, { rules: { 'target-size': { enabled: targets } } });

const colorFaultsOf = (page: Page) => analyze(page, { runOnly: { type: 'rule', values: ofColors } });

async function analyze(page: Page, options: Parameters<AxeBuilder['options']>[0]): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).options(options).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

/** By how much the page can be scrolled sideways, which none may be. */
export const overflowOf = (page: Page) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));

/**
 * Nothing that axe minds more than a little, and nothing that makes the page scroll sideways. A wide page is looked at in dark
 * too: a narrow one has the same colours. Keeps pictures of both.
 */
export async function check(page: Page, name: string, care: Care = { targets: false }) {
  await untilStill(page);
  await picture(page, name);
  expect(await overflowOf(page), name).toBe(0);
  expect(await faultsOf(page, care), name).toEqual([]);
  if ((page.viewportSize()?.width ?? 0) < 640) return;
  await page.emulateMedia({ colorScheme: 'dark' });
  await untilStill(page);
  await picture(page, `${name}-dark`);
  expect(await colorFaultsOf(page), `${name}, dark`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** What fades in is too pale until it has. */
async function untilStill(page: Page) {
  await page.evaluate(async () => {
    const passing = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(passing.map(({ finished }) => finished));
  });
}
