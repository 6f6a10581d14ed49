import { textOf } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';
import { clipboard, expect, pages, test } from './fixtures.ts';
import { check, views } from './views.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('whoever is signed out copies the line that installs from this very server, and can read the script first', async ({
  desk,
  page,
}) => {
  await page.goto('/login');
  await page.getByRole('link', { name: 'Install the command line' }).click();
  await page.getByRole('button', { name: 'Copy command', exact: true }).click();
  expect(await clipboard(page)).toBe(`curl -fsSL ${desk.origin}/cli/install.sh | sh`);
  await expect(page.getByText('Copied').first()).toBeVisible();
  const version = textOf((await desk.send('GET /cli/version')).body['version']);
  await expect(page.getByText(version, { exact: true })).toBeVisible();

  await expect(page.getByText(/npm install --global/)).toBeHidden();
  await page.getByRole('button', { name: 'Other ways to install' }).click();
  await page.getByRole('button', { name: 'Copy command for npm' }).click();
  const npm = `npm install --global --prefix ~/.local --@keyward:registry=${desk.origin}/npm/ @keyward/cli`;
  expect(await clipboard(page)).toBe(npm);
  await expect(page.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', '/login');
  await page.getByRole('link', { name: 'Read the script' }).click();
  await expect(page.getByText(`base='${desk.origin}'`)).toBeVisible();
});

test('whoever is signed in is offered Claude Code first, where they may make tokens, and finds the page in the menu', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(await desk.join('Grace', 'member'));
  await page.goto('/dashboard');
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Install the command line' }).click();
  await expect(page).toHaveURL('/install');
  await expect(page.getByRole('heading', { name: 'Claude Code' })).toBeVisible();
  await expect(page.getByText(/install\.sh \| sh/)).toBeHidden();
  await page.getByRole('button', { name: 'What Claude Code will receive' }).click();
  await expect(page.getByRole('button', { name: 'Or run it yourself' })).toBeInViewport({ ratio: 1 });
  await page.getByRole('button', { name: 'Or run it yourself' }).click();
  await expect(page.getByText(/install\.sh \| sh/)).toBeVisible();
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await expect(page).toHaveURL('/dashboard');
  await page.goBack();
  await page.getByRole('link', { name: 'make a token' }).click();
  await expect(page).toHaveURL('/tokens');
  await signInAs(await desk.join('Vera', 'viewer'));
  await page.goto('/install');
  await expect(page.getByText(/install\.sh \| sh/)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Claude Code' })).toBeHidden();
});

test('without a build the page says so; where only the version is unknown it does without', async ({
  page,
}) => {
  await using bare = await openDesk({ pages });
  await page.goto(`${bare.origin}/install`);
  await expect(page.getByText('npm run build')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Copy command' })).toBeHidden();
  await page.route('**/cli/version', (route) => route.abort());
  await page.reload();
  await expect(page.getByRole('button', { name: 'Copy command', exact: true })).toBeVisible();
});

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });
    test(`installing is for everyone, ${view}`, async ({ desk, page, signInAs }) => {
      await page.goto('/install');
      await expect(page.getByText('What next')).toBeVisible();
      await check(page, `install-${view}`);
      await page.getByRole('button', { name: 'Other ways to install' }).click();
      await check(page, `install-other-${view}`);
      await signInAs(desk.ada);
      await page.reload();
      await page.getByRole('button', { name: 'Or run it yourself' }).click();
      await check(page, `install-signed-in-${view}`);
    });
  });
}
