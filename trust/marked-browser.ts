import type { Page } from '@playwright/test';
import { createToken, signInByPassword } from '#e2e/desk-pages.ts';
import { textOf } from '#server/testing/caller.ts';
import { expect, type Person } from '#server/testing/person.ts';
import type { Run } from '#trust/marked-run.ts';
import { openBrowser } from '#trust/open-browser.ts';

/** What a browser shows to others than whoever sits before it: addresses that it asks for, and what pages are made of once their secret was put away. */
export interface Browsed {
  addresses: string[];
  pages: string[];
}

/** Signs in, makes a token and puts it away, and chooses a password by a link, as people do. */
export async function browse(run: Run, grace: Person): Promise<Browsed> {
  await using browser = await openBrowser();
  const browsed: Browsed = { addresses: [], pages: [] };
  const page = await browser.newPage({ baseURL: run.stage.servers[0].origin });
  // Sooner than the run gives up, so that it is told what was waited for.
  page.setDefaultTimeout(15_000);
  page.on('request', (request) => {
    // What stands behind the hash is never sent.
    const address = request.url().replace(/#.*/, '');
    browsed.addresses.push(address, request.headers()['referer'] ?? '');
  });
  page.on('response', (response) => browsed.addresses.push(response.headers()['location'] ?? ''));
  await makeToken(run, page, grace);
  browsed.pages.push(await page.content());
  await choosePassword(run, page, grace);
  browsed.pages.push(await page.content());
  return browsed;
}

async function makeToken({ marks }: Run, page: Page, { email, password }: Person): Promise<void> {
  await page.goto('/login?next=/tokens');
  await signInByPassword(page, email, password);
  await page.waitForURL('**/tokens');
  await createToken(page, 'by hand');
  const dialog = page.getByRole('dialog', { name: 'Copy your token now' });
  await dialog.getByRole('button', { name: 'Show token' }).click();
  const shown = await dialog
    .locator('code')
    .filter({ hasText: /kw_pat_/ })
    .first()
    .textContent();
  marks.minted(/kw_pat_\w+/.exec(shown ?? '')?.[0]);
  await dialog.getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Close without copying' }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function choosePassword({ marks, stage }: Run, page: Page, { id }: Person): Promise<void> {
  const made = await stage.ada.send(`POST /api/v1/users/${id}/reset-password`, { body: {} });
  const link = textOf(expect(200, made).body['resetUrl']);
  marks.minted(/code=(\w+)/.exec(link)?.[1]);
  const { hash, pathname } = new URL(link);
  await page.goto(pathname + hash);
  const password = marks.password();
  await page.getByLabel('New password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your new password works from now on.').waitFor();
}
