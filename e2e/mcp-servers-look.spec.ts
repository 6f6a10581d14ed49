import { addServer } from '#server/testing/mcp/add-server.ts';
import { tool } from '#server/testing/mcp/tool-server.ts';
import { chooseAction, closeDialog } from './desk-pages.ts';
import { expect } from './fixtures.ts';
import { addTracker, headers, holdTwoBack, panelOf, test } from './tool-server-samples.ts';
import { check, views } from './views.ts';

test.describe.configure({ timeout: 120_000 });

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });

    test(`tool servers are for everyone who manages them, ${view}`, async ({
      desk,
      page,
      signInAs,
      upstream,
    }) => {
      await signInAs(desk.ada);
      await page.goto('/mcp-servers');
      await expect(page.getByText('No MCP servers yet')).toBeVisible();
      await check(page, `mcp-servers-none-${view}`);
      const { server } = await addTracker(desk.ada, upstream);
      await holdTwoBack(desk.ada, upstream, server.id);
      await addTracker(desk.ada, upstream, { alias: 'warehouse' });
      await addTracker(desk.ada, upstream, { alias: 'an-alias-as-long-as-it-g' });
      await addTracker(desk.ada, upstream, { alias: 'old-handbook', enabled: false });
      await desk.sql(
        "update mcp_servers set health = 'down', fault = 'unreachable', health_since = now() - interval '3 hours' where alias = 'warehouse'",
      );
      await page.goto('/mcp-servers');
      await expect(page.getByRole('article')).toHaveCount(4);
      await check(page, `mcp-servers-${view}`);
      await page.getByRole('button', { name: 'tracker', exact: true }).click();
      await expect(panelOf(page, 'tracker').getByText('Held back (2)')).toBeVisible();
      await check(page, `mcp-server-held-${view}`);
      const panel = panelOf(page, 'tracker');
      await panel.getByRole('button', { name: /^close_issue/ }).click();
      await panel.getByRole('button', { name: 'Who may reach it' }).click();
      await expect(panel.getByText('Person, by role')).toBeVisible();
      await panel.getByRole('button', { name: /^close_issue/ }).scrollIntoViewIfNeeded();
      await check(page, `mcp-server-tool-${view}`);
      await closeDialog(page);
      for (const act of ['Edit…', 'Trust…', 'Delete…']) {
        await chooseAction(page, 'tracker', act);
        await expect(page.getByRole('dialog')).toBeVisible();
        await check(page, `mcp-server-${act.replace(/\W+/g, '-').toLowerCase()}${view}`);
        await closeDialog(page);
      }
    });

    test(`a server is added by everyone who may, ${view}`, async ({ desk, page, signInAs, upstream }) => {
      await signInAs(desk.ada);
      await page.goto('/mcp-servers?add=true');
      await page.getByRole('textbox', { name: 'Alias' }).fill('tracker');
      await page.getByRole('textbox', { name: 'Address' }).fill(upstream.url);
      await page.getByRole('radio', { name: 'Headers' }).check();
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await check(page, `mcp-server-add-wrong-${view}`);
      const [name = '', value = ''] = Object.entries(headers)[0] ?? [];
      await page.getByRole('textbox', { name: 'Name' }).fill(name);
      await page.getByLabel('Value', { exact: true }).fill(value);
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await page.getByRole('button', { name: 'Show its tools' }).click();
      await page.getByText('Closes an issue.').scrollIntoViewIfNeeded();
      await check(page, `mcp-server-add-tested-${view}`);
      await page.getByRole('button', { name: 'Add server' }).last().click();
      await expect(page.getByRole('dialog', { name: 'tracker is added' })).toBeVisible();
      await check(page, `mcp-server-added-${view}`);
    });

    test(`two hundred tools are found and shown, to managers and members, ${view}`, async ({
      desk,
      page,
      signInAs,
      upstream,
    }) => {
      upstream.tools = Array.from({ length: 200 }, (_, index) =>
        tool(`tool_${String(index).padStart(3, '0')}`, {
          description: `Does the thing of number ${index}. `.repeat(6),
        }),
      );
      const { server } = await addServer(desk.ada, {
        alias: 'many',
        url: upstream.url,
        auth: 'headers',
        headers,
      });
      await signInAs(desk.ada);
      await page.goto(`/mcp-servers?server=${server.id}`);
      const panel = panelOf(page, 'many');
      await panel.getByRole('searchbox', { name: 'Search tools' }).fill('tool_199');
      await expect(panel.getByRole('button', { name: /^tool_/ })).toHaveCount(1);
      await panel.getByRole('searchbox', { name: 'Search tools' }).fill('');
      await panel.getByRole('button', { name: 'Show all 200' }).click();
      await expect(panel.getByRole('button', { name: /^tool_/ })).toHaveCount(200);
      await check(page, `mcp-server-200-${view}`);
      await signInAs(await desk.join('Max', 'member'));
      await page.goto('/mcp-servers');
      await expect(page.getByRole('article')).toHaveCount(200);
      await check(page, `mcp-tools-member-${view}`);
    });
  });
}
