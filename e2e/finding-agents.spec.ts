import type { Page } from '@playwright/test';
import { createAgent, enrolledAgent } from './agent-samples.ts';
import { tokenCard as agentCard, userMenu } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';

test.describe.configure({ timeout: 60_000 });

const panel = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });

test('a member sees and rotates their own agents and no others, and a viewer has no such page', async ({
  desk,
  page,
  signInAs,
}) => {
  const max = await desk.join('Max', 'member');
  await enrolledAgent(desk, desk.ada, { name: 'of-max', ownerId: max.id });
  const other = await enrolledAgent(desk, desk.ada, { name: 'of-ada' });
  await signInAs(max);
  await page.goto('/dashboard');
  await expect(userMenu(page)).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await expect(page).toHaveURL('/agents');
  await expect(page.getByRole('article')).toHaveCount(1);
  await expect(agentCard(page, 'of-max')).toContainText('Yours');
  await expect(page.getByRole('button', { name: 'New agent' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Actions for of-max' }).click();
  await expect(page.getByRole('menuitem')).toHaveText(['Rotate now', 'Pause…']);
  await page.keyboard.press('Escape');
  await page.goto(`/agents?agent=${other.id}`);
  await expect(page.getByRole('dialog', { name: 'Agent' }).getByRole('alert')).toBeVisible();
  await signInAs(await desk.join('Vera', 'viewer'));
  expect((await page.goto('/agents'))?.status()).toBe(403);
  await page.goto('/dashboard');
  await expect(page.getByRole('link', { name: /^Agents/ })).toHaveCount(0);
});

test('a member without agents reads what one is, and where it would come from', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(await desk.join('Max', 'member'));
  await page.goto('/agents');
  await expect(page.getByText('A manager can make one and transfer it to you.')).toBeVisible();
  await page.goto('/agents?search=zebra');
  await expect(page.getByText('No agents match')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page.getByText('No agents yet')).toBeVisible();
});

test('the list is searched, filtered and walked by keyboard alone, and a link reproduces it', async ({
  desk,
  page,
  signInAs,
}) => {
  await enrolledAgent(desk, desk.ada, { name: 'build-runner-1' });
  await enrolledAgent(desk, desk.ada, { name: 'build-runner-2' });
  await createAgent(desk.ada, { name: 'invoice-reader', resources: { flow: ['nightly-report'] } });
  await signInAs(desk.ada);
  await page.goto('/agents?sort=name');
  await expect(page.getByRole('article')).toHaveCount(3);
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('runner');
  await expect(page).toHaveURL('/agents?sort=name&search=runner');
  await expect(page.getByText('2 match')).toBeVisible();
  const first = page.getByRole('button', { name: 'build-runner-1', exact: true });
  await expect(async () => {
    await page.keyboard.press('Tab');
    await expect(first).toBeFocused({ timeout: 100 });
  }, 'Tab leads from the search to the first row').toPass();
  await page.keyboard.press('j');
  await expect(page.getByRole('button', { name: 'build-runner-2', exact: true })).toBeFocused();
  await page.keyboard.press('m');
  await expect(page.getByRole('menuitem', { name: 'New code…' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('d');
  await expect(page.getByText('build-runner-2 is disabled')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(panel(page, 'build-runner-2')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'build-runner-2', exact: true })).toBeFocused();
  await page.goto('/agents?status=disabled');
  await expect(page.getByRole('button', { name: /^Disabled/ })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('article')).toHaveCount(1);
  await page.goto('/agents?resource=flow:nightly-report');
  await expect(page.getByText('1 matches')).toBeVisible();
  await expect(page.getByText('that reach flow:nightly-report')).toBeVisible();
});

test('the palette finds an agent by its name, and makes one', async ({ desk, page, signInAs }) => {
  const { id } = await enrolledAgent(desk, desk.ada, { name: 'build-runner-1' });
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  await expect(userMenu(page)).toBeVisible();
  const field = page.getByRole('combobox', { name: 'Search or run a command' });
  await page.keyboard.press('Control+k');
  await field.fill('runner-1');
  await expect(page.getByRole('option', { name: /^build-runner-1/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/agents?agent=${id}`);
  await expect(panel(page, 'build-runner-1')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await field.fill('new agent');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'New agent' })).toBeVisible();
});
