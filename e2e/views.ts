import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, picture } from './fixtures.ts';

/** How every page is looked at. */
export const views = [
  { view: 'light', colorScheme: 'light', width: 1280, height: 800 },
  { view: 'dark', colorScheme: 'dark', width: 1280, height: 800 },
  { view: '360', colorScheme: 'light', width: 360, height: 740 },
] as const;

/** Keeps a picture; nothing that axe minds more than a little, and nothing that makes the page scroll sideways. */
export async function check(page: Page, name: string) {
  await picture(page, name);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, name).toBeLessThanOrEqual(0);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const faults = violations
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  expect(faults, name).toEqual([]);
}
