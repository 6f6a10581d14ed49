import { chromium, type Browser } from '@playwright/test';
import { findBrowser } from '#scripts/find-browser.ts';

/** A Chromium of its own, closed at the end of the scope. */
export async function openBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: await findBrowser(),
    args: [...args, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}
