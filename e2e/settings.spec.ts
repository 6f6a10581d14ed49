import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

const section = (page: Page, name: string) => page.getByRole('region', { name });
const save = (page: Page, name: string) => section(page, name).getByRole('button', { name: 'Save' });

test('an admin decides on tokens, and what is out of range says so and saves nothing', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/admin/settings');
  const days = page.getByRole('textbox', { name: 'Maximum lifetime in days' });
  await expect(save(page, 'Token policy')).toBeDisabled();
  for (const [typed, words] of [
    ['4000', 'At most 3650 days.'],
    ['ten', 'A whole number.'],
  ] as const) {
    await days.fill(typed);
    await save(page, 'Token policy').click();
    await expect(page.getByText(words)).toBeVisible();
    await expect(days).toHaveValue(typed);
  }
  await days.fill('30');
  await page.getByRole('checkbox', { name: 'Allow tokens that never expire' }).uncheck();
  await save(page, 'Token policy').click();
  await expect(page.getByText('Settings are saved')).toBeVisible();
  await page.reload();
  await expect(days).toHaveValue('30');
  const refused = await desk.ada.send('POST /api/v1/tokens', { body: { name: 'x', expiresInDays: null } });
  expect(refused.status).toBe(422);
});

test('a rate limit needs both of its numbers, and is taken back by emptying them', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/admin/settings');
  const perSecond = page.getByRole('textbox', { name: 'Calls per second' });
  const burst = page.getByRole('textbox', { name: 'Burst' });
  await perSecond.fill('20');
  await save(page, 'Rate limits').click();
  await expect(section(page, 'Rate limits').getByText('A whole number of calls.')).toBeVisible();
  await burst.fill('10');
  await save(page, 'Rate limits').click();
  await expect(page.getByText('At least as many as in a second.')).toBeVisible();
  await burst.fill('40');
  await save(page, 'Rate limits').click();
  await expect(page.getByText('Settings are saved')).toBeVisible();
  await perSecond.fill('');
  await burst.fill('');
  await save(page, 'Rate limits').click();
  await expect.poll(async () => (await desk.ada.send('GET /api/v1/settings')).body['rateLimit']).toBeNull();
});

test('an admin decides how secrets of agents are replaced, and what cannot be says so', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/admin/settings');
  const field = (name: string) => section(page, 'Agents').getByRole('textbox', { name });
  for (const [name, typed, words] of [
    ['Days between rotations', '366', 'At most 365 days.'],
    ['Days between rotations', '', 'A whole number of days.'],
    ['Grace in minutes', '0', 'At least 1 minute.'],
  ] as const) {
    const before = await field(name).inputValue();
    await field(name).fill(typed);
    await save(page, 'Agents').click();
    await expect(section(page, 'Agents').getByText(words)).toBeVisible();
    await field(name).fill(before);
  }
  await field('Days between rotations').fill('1');
  await field('Days overdue').fill('0');
  await save(page, 'Agents').click();
  await expect(page.getByText('At least 1 day where secrets are replaced every day.')).toBeVisible();
  await field('Days overdue').fill('3');
  await page.getByRole('checkbox', { name: 'Pause an agent that seems to run in two places' }).check();
  await save(page, 'Agents').click();
  await expect(page.getByText('Settings are saved')).toBeVisible();
  const { body } = await desk.ada.send('GET /api/v1/settings');
  expect([body['agentRotationDays'], body['agentOverdueDays'], body['agentCloneAction']]).toEqual([
    1,
    3,
    'pause',
  ]);
});
