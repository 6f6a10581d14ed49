import { tokenCard as card } from './desk-pages.ts';
import { clipboard, expect } from './fixtures.ts';
import { addTracker, test } from './tool-server-samples.ts';
import { check, views } from './views.ts';

test.describe.configure({ timeout: 60_000 });

test('a key is granted tools by their names, saying live what that comes to, and reaches those alone', async ({
  desk,
  page,
  signInAs,
  upstream,
}) => {
  const { server } = await addTracker(desk.ada, upstream);
  await signInAs(await desk.join('Mia', 'manager'));
  await page.goto('/admin/keys');
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('billing');
  await page.getByRole('checkbox', { name: /mcp:call/ }).check();
  const tools = page.getByRole('group', { name: 'MCP tools' });
  await tools.getByText('These', { exact: true }).click();
  await page.getByRole('button', { name: 'Create key' }).click();
  await expect(page.getByText('Name at least one.')).toBeVisible();
  await tools.getByRole('checkbox', { name: /^Every tool of tracker/ }).check();
  await expect(page.getByText('Reaches 3 of 3 MCP tools.')).toBeVisible();
  await expect(page.getByText('Name at least one.')).toHaveCount(0);
  await tools.getByRole('checkbox', { name: /^Every tool of tracker/ }).uncheck();
  await tools.getByRole('searchbox', { name: 'Search tools' }).fill('close');
  await expect(tools.getByRole('checkbox')).toHaveCount(2);
  await tools.getByRole('checkbox', { name: 'close_issue' }).check();
  await expect(page.getByText('Reaches 1 of 3 MCP tools.')).toBeVisible();
  await tools.getByRole('button', { name: 'Write ids' }).click();
  await expect(tools.getByRole('textbox', { name: 'MCP tools' })).toHaveValue(`${server.id}/close_issue`);
  await tools.getByRole('textbox', { name: 'MCP tools' }).fill(`${server.id}/close_issue\nother/thing`);
  await tools.getByRole('searchbox', { name: 'Search tools' }).fill('');
  await tools.getByRole('checkbox', { name: /other\/thing/ }).click();
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('button', { name: 'Copy key' }).click();
  const token = await clipboard(page);
  await page.getByRole('button', { name: 'Done' }).click();
  const { body } = await desk.send('GET /api/v1/mcp/tools', { token });
  expect(JSON.stringify(body)).toContain('tracker__close_issue');
  expect(body['total']).toBe(1);
  await card(page, 'billing').getByRole('button', { name: 'billing', exact: true }).click();
  await expect(page.getByRole('dialog').getByText('tracker/close_issue')).toBeVisible();
});

for (const { view, width, height } of views)
  test(`picking tools is for everyone who may, ${view}`, async ({ desk, page, signInAs, upstream }) => {
    await page.setViewportSize({ width, height });
    await addTracker(desk.ada, upstream);
    await signInAs(desk.ada);
    await page.goto('/admin/keys');
    await page.getByRole('button', { name: 'New key' }).click();
    const tools = page.getByRole('group', { name: 'MCP tools' });
    await tools.getByText('These', { exact: true }).click();
    await tools.getByRole('checkbox', { name: 'close_issue' }).check();
    await tools.scrollIntoViewIfNeeded();
    await check(page, `picking-tools-${view}`);
  });
