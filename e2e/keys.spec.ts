import type { Page } from '@playwright/test';
import { chooseAction, tokenCard } from './desk-pages.ts';
import { clipboard, expect, test } from './fixtures.ts';
import { check, overflowOf } from './views.ts';

test.describe.configure({ timeout: 60_000 });

const reach = (page: Page, type: string) => page.getByRole('group', { name: type, exact: true });
const names = async (page: Page, type: string, ids: string) => {
  await reach(page, type).getByText('These', { exact: true }).click();
  await reach(page, type).getByRole('textbox').fill(ids);
};

async function fillIn(page: Page, name: string) {
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('checkbox', { name: /mcp:call/ }).check();
}

test('an edit leaves what others changed meanwhile as they left it', async ({ desk, page, signInAs }) => {
  const resources = { flow: ['nightly', 'weekly'] };
  const { credential } = await desk.ada.createKey({ name: 'billing', resources });
  await signInAs(desk.ada);
  await page.goto('/admin/keys');
  await chooseAction(page, 'billing', 'Edit…');
  const at = `/api/v1/api-keys/${credential.id}`;
  await desk.ada.send(`PATCH ${at}`, {
    body: { resources: { flow: ['nightly'] }, ipAllowlist: ['10.0.0.1'] },
  });
  await page.getByRole('textbox', { name: 'Name' }).fill('bills');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(tokenCard(page, 'bills')).toBeVisible();
  const { body } = await desk.ada.send(`GET ${at}`);
  expect(body).toMatchObject({ resources: { flow: ['nightly'] }, ipAllowlist: ['10.0.0.1'] });
});

test('a double click makes one key, and shows its secret', async ({ desk, page, signInAs }) => {
  await signInAs(desk.ada);
  await page.goto('/admin/keys');
  await fillIn(page, 'billing');
  await page.getByRole('button', { name: 'Create key' }).dblclick();
  await expect(page.getByRole('button', { name: 'Copy key' })).toBeVisible();
  await expect(page.getByText('There is an active key of this name')).toHaveCount(0);
  const { counts } = (await desk.ada.send('GET /api/v1/api-keys')).body;
  expect(counts?.['total']).toBe(1);
});

test('a manager makes a key that reaches two tools and a flow, and changes it until it is revoked', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(await desk.join('Mia', 'manager'));
  await page.goto('/admin/keys');
  await expect(page.getByText('No API keys yet')).toBeVisible();
  await fillIn(page, 'billing');
  await names(page, 'MCP tools', 'github/create_issue\ngithub/get_issue');
  await names(page, 'Flows', 'nightly-report');
  await expect(page.getByText('Reaches 2 MCP tools, 1 flow.')).toBeVisible();
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('button', { name: 'Copy key' }).click();
  const token = await clipboard(page);
  expect(token).toMatch(/^kw_key_/);
  await page.getByRole('button', { name: 'Done' }).click();
  const card = tokenCard(page, 'billing');
  await expect(card).toContainText('Reaches 2 MCP tools, 1 flow');
  expect(await page.content()).not.toContain(token);
  const me = await desk.send('GET /api/v1/me', { token });
  expect(me.body['key']).toMatchObject({ name: 'billing' });

  const endOf = async () => (await desk.ada.send('GET /api/v1/api-keys')).body['items']?.['0']?.['expiresAt'];
  const end = await endOf();
  await chooseAction(page, 'billing', 'Edit…');
  await names(page, 'MCP tools', 'github/get_issue');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(card).toContainText('Reaches 1 MCP tool, 1 flow');
  expect(await endOf()).toBe(end);
  await chooseAction(page, 'billing', 'Disable');
  await expect(card).toContainText('Disabled');
  expect((await desk.send('GET /api/v1/me', { token })).problem?.code).toBe('token_disabled');
  await chooseAction(page, 'billing', 'Enable');
  await expect(card).toContainText('Active');
  await chooseAction(page, 'billing', 'Rotate…');
  await page.getByRole('button', { name: 'Rotate key' }).click();
  await page.getByRole('button', { name: 'Copy key' }).click();
  expect(await clipboard(page)).not.toBe(token);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(card).toContainText('The old secret works until');
  await page.getByRole('button', { name: 'billing', exact: true }).click();
  const panel = page.getByRole('dialog', { name: 'billing' });
  await expect(panel.getByText('nightly-report')).toBeVisible();
  await panel.getByRole('button', { name: 'Revoke…' }).click();
  await page.getByRole('textbox', { name: 'Reason' }).fill('The service was retired');
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(card).toContainText('Revoked');
  expect((await desk.send('GET /api/v1/me', { token })).problem?.code).toBe('token_revoked');
});

test('what cannot be granted is said beside its field, and nothing that was typed is lost', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await desk.ada.send('POST /api/v1/api-keys', { body: { name: 'billing', permissions: ['mcp:call'] } });
  await page.goto('/admin/keys');
  await fillIn(page, 'billing');
  await names(page, 'MCP tools', 'create_issue');
  await page.getByRole('button', { name: 'Create key' }).click();
  await expect(page.getByText('Write it as <server id>/<tool>, or with /* for all of them.')).toBeVisible();
  await names(page, 'MCP tools', 'github/create_issue\ngithub/create_issue');
  await expect(page.getByText('Name each id once.')).toBeVisible();
  await names(page, 'MCP tools', 'github/create_issue, github/get_issue');
  await expect(page.getByText('Put each on its own line, without commas.')).toBeVisible();
  await names(page, 'MCP tools', 'github/*');
  await page.getByRole('checkbox', { name: /mcp:call/ }).uncheck();
  await expect(page.getByText('Reaches 1 MCP tool. To use them it also needs mcp:call.')).toBeVisible();
  await page.getByRole('checkbox', { name: /mcp:call/ }).check();
  await expect(page.getByText('Reaches 1 MCP tool.', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Create key' }).click();
  await expect(
    page
      .getByText(/name/i)
      .filter({ hasText: /taken|already|another/i })
      .first(),
  ).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('billing');
  await page.getByRole('textbox', { name: 'Name' }).fill('billing 2');
  await page.getByRole('button', { name: 'Create key' }).click();
  await expect(page.getByRole('dialog', { name: 'Copy the key now' })).toBeVisible();
});

test('a member has neither the page nor an entry for it', async ({ desk, page, signInAs }) => {
  await signInAs(await desk.join('Max', 'member'));
  const answer = await page.goto('/admin/keys');
  expect(answer?.status()).toBe(403);
  await page.goto('/dashboard');
  await expect(page.getByRole('link', { name: /API keys/ })).toHaveCount(0);
});

test('on a phone the sixth entry is behind More, and a key is made there too', async ({
  desk,
  page,
  signInAs,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await signInAs(desk.ada);
  await page.goto('/admin/keys');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('dialog', { name: 'Go to' }).getByRole('link', { name: 'Settings' }).click();
  await expect(page).toHaveURL('/admin/settings');
  await page.goBack();
  await fillIn(page, 'phone');
  expect(await overflowOf(page)).toBe(0);
  await page.getByRole('button', { name: 'Create key' }).click();
  await expect(page.getByRole('dialog', { name: 'Copy the key now' })).toBeVisible();
});

for (const width of [1280, 360])
  test(`keys are for everyone who may see them, ${width}`, async ({ desk, page, signInAs }) => {
    await page.setViewportSize({ width, height: 800 });
    await signInAs(desk.ada);
    const resources = { mcp_tool: ['github/*'], flow: ['nightly-report'], llm_model: '*' };
    for (const name of ['billing', 'search', 'a name that is as long as the name of a key may ever become!'])
      await desk.ada.send('POST /api/v1/api-keys', { body: { name, permissions: ['mcp:call'], resources } });
    await page.goto('/admin/keys');
    await expect(page.getByRole('article')).toHaveCount(3);
    await check(page, `keys-${width}`);
    await page.getByRole('button', { name: 'billing', exact: true }).click();
    await expect(page.getByRole('dialog').getByText('Every model')).toBeVisible();
    await check(page, `key-${width}`);
    await page.keyboard.press('Escape');
    await fillIn(page, 'new');
    await names(page, 'Flows', 'nightly-report');
    await check(page, `new-key-${width}`);
  });

test('a pasted key leads to the key, and nothing of it stays', async ({ desk, page, signInAs }) => {
  const { token } = await desk.ada.createKey({ name: 'billing' });
  await signInAs(desk.ada);
  await page.goto('/admin/tokens');
  await page.getByRole('button', { name: 'Identify…' }).click();
  await page.getByLabel('Text').fill(token);
  await page.getByRole('button', { name: 'Identify', exact: true }).click();
  const found = page.getByRole('list', { name: 'Found' }).getByRole('listitem');
  await expect(found).toContainText('API key');
  await found.getByRole('link', { name: 'billing' }).click();
  await expect(page).toHaveURL(/\/admin\/keys\?key=/);
  await expect(page.getByRole('dialog', { name: 'billing' })).toBeVisible();
  expect(await page.content()).not.toContain(token.slice(16));
});
