import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, picture } from './fixtures.ts';

/** How every page is looked at. */
export const views = [
  { view: 'light', colorScheme: 'light', width: 1280, height: 800 },
  { view: 'dark', colorScheme: 'dark', width: 1280, height: 800 },
  { view: '360', colorScheme: 'light', width: 360, height: 740 },
] as const;

interface Care {
  /** Whether targets are easy to hit too: not where something floats that covers some in part, which scrolling helps. */
  targets: boolean;
}

/** What axe finds wrong, more than a little, with the page as it stands. */
export async function faultsOf(page: Page, { targets }: Care = { targets: false }): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ rules: { 'target-size': { enabled: targets } } });
  const { violations } = await axe.setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

/** By how much the page can be scrolled sideways, which none may be. */
export const overflowOf = (page: Page) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));

/** Keeps a picture; nothing that axe minds more than a little, and nothing that makes the page scroll sideways. */
export async function check(page: Page, name: string, care?: Care) {
  await picture(page, name);
  expect(await overflowOf(page), name).toBe(0);
  expect(await faultsOf(page, care), name).toEqual([]);
}
