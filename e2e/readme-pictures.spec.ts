import { fileURLToPath } from 'node:url';
import { expect, test } from './fixtures.ts';
import { giveRealisticTokens } from './realistic.ts';

const folder = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));

// Run by hand, so that a test run leaves the tree as it was: PICTURES=1 npm run test:e2e -- readme-pictures
test.skip(!process.env['PICTURES'], 'writes the pictures of the README');
test.use({ deviceScaleFactor: 2 });

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the tokens page, ${colorScheme}`, async ({ desk, page, signInAs }) => {
    await giveRealisticTokens(desk, desk.ada);
    await signInAs(desk.ada);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto('/tokens');
    await expect(page.getByRole('article')).toHaveCount(11);
    await page.screenshot({ path: `${folder}tokens-${colorScheme}.png` });
  });
}
