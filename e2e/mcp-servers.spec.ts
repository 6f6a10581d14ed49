import type { ServerDetailView } from '#server/gateway/mcp-servers/schema.ts';
import { relistTools } from '#server/testing/mcp/add-server.ts';
import { chooseAction, tokenCard as card } from './desk-pages.ts';
import { expect } from './fixtures.ts';
import { addTracker, holdTwoBack, needed, panelOf, test } from './tool-server-samples.ts';

test.describe.configure({ timeout: 60_000 });

test('a manager tries a server, adds it and reads its tools, and its header is nowhere afterwards', async ({
  desk,
  page,
  signInAs,
  upstream,
}) => {
  await signInAs(await desk.join('Mia', 'manager'));
  await page.goto('/mcp-servers');
  await expect(page.getByText('An MCP server offers tools to AI clients')).toBeVisible();
  await page.getByRole('button', { name: 'Add server' }).click();
  await page.getByRole('textbox', { name: 'Alias' }).fill('tracker');
  const address = page.getByRole('textbox', { name: 'Address' });
  await address.fill('tools');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByText('Write an address such as https://tools.example.com/mcp.')).toBeVisible();
  await address.fill(upstream.url);
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(
    page.getByText('It refuses what Keyward signs in with. Check the headers that it is sent.'),
  ).toBeVisible();
  await page.getByRole('radio', { name: 'Headers' }).check();
  await page.getByRole('textbox', { name: 'Name' }).fill(needed[0]);
  await page.getByLabel('Value', { exact: true }).fill(needed[1]);
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByText(/^It answered in \d+ ms: MCP of 2026-07-28, 3 tools\.$/)).toBeVisible();
  await page.getByRole('button', { name: 'Show its tools' }).click();
  await expect(page.getByText('Creates an issue in a project.')).toBeVisible();
  await page.getByRole('button', { name: 'Add server' }).last().click();

  const added = page.getByRole('dialog', { name: 'tracker is added' });
  await expect(added.getByText('3 tools approved')).toBeVisible();
  await expect(added.getByText('Closes an issue.')).toBeVisible();
  await added.getByRole('button', { name: 'Done' }).click();
  await expect(card(page, 'tracker')).toContainText('Up');
  await expect(card(page, 'tracker')).toContainText('3 tools');
  await card(page, 'tracker').getByRole('button', { name: 'tracker', exact: true }).click();
  await expect(panelOf(page, 'tracker').getByText(needed[0])).toBeVisible();
  const kept = await page.evaluate(() =>
    [
      document.documentElement.outerHTML,
      location.href,
      JSON.stringify([localStorage, sessionStorage]),
    ].join(),
  );
  expect(kept).not.toContain(needed[1]);
});

test('what a tool changed is read as a difference with what is not seen marked, and approved one by one', async ({
  desk,
  page,
  signInAs,
  upstream,
}) => {
  const { server } = await addTracker(desk.ada, upstream);
  await holdTwoBack(desk.ada, upstream, server.id);
  await signInAs(desk.ada);
  // No change is announced: what is on the page may be old.
  await page.route(/live\.changes/, (route) => route.abort());
  await page.goto('/dashboard');
  await expect(page.getByText('Read what they say, and approve them: 1 new, 1 changed.')).toBeVisible();
  await page.getByRole('link', { name: 'View tracker' }).click();
  const panel = panelOf(page, 'tracker');
  const search = panel.getByRole('article', { name: 'search_issues' });
  await expect(search.getByRole('deletion').first()).toContainText('assignee.');
  await expect(search.getByRole('insertion').first()).toContainText('milestone.');
  await expect(search.getByText('⟨U+200B⟩').first()).toBeVisible();
  await expect(
    search.getByText(
      'A model reads what a person would not see: characters that cannot be seen (U+200B) and a comment of HTML.',
    ),
  ).toBeVisible();
  await expect(search.getByText('+ "context"')).toBeVisible();
  await panel.getByRole('button', { name: 'Approve delete_project' }).click();
  await expect(page.getByText('delete_project is approved')).toBeVisible();
  await expect(panel.getByText('Held back (1)')).toBeVisible();

  // It says something else again, between reading and approving.
  upstream.tools = upstream.tools.map((tool) =>
    tool.name === 'search_issues' ? { ...tool, description: 'Searches everything.' } : tool,
  );
  await relistTools(desk.ada, server.id);
  await panel.getByRole('button', { name: 'Approve search_issues' }).click();
  await expect(page.getByText('The tool "search_issues" has changed since you read it.')).toBeVisible();
  await expect(search.getByRole('insertion').first()).toContainText('everything.');
  await panel.getByRole('button', { name: 'Approve search_issues' }).click();
  await expect(panel.getByText(/^Held back \(/)).toHaveCount(0);
});

test('a tool says who may reach it, and why', async ({ desk, page, signInAs, upstream }) => {
  const { server } = await addTracker(desk.ada, upstream);
  await desk.ada.createKey({
    name: 'billing',
    permissions: ['mcp:call'],
    resources: { mcp_tool: [`${server.id}/close_issue`] },
  });
  await signInAs(desk.ada);
  await page.goto(`/mcp-servers?server=${server.id}`);
  const panel = panelOf(page, 'tracker');
  await panel.getByRole('button', { name: /^close_issue/ }).click();
  await panel.getByRole('button', { name: 'Who may reach it' }).click();
  await expect(panel.getByText('API key, names this tool')).toBeVisible();
  await expect(panel.getByText('Person, by role')).toBeVisible();
  await expect(panel.getByText('tracker__close_issue')).toBeVisible();
});

test('trust is given after a warning and taken back at once', async ({ desk, page, signInAs, upstream }) => {
  const { server } = await addTracker(desk.ada, upstream);
  await holdTwoBack(desk.ada, upstream, server.id);
  await signInAs(desk.ada);
  await page.goto(`/mcp-servers?server=${server.id}`);
  await panelOf(page, 'tracker').getByRole('switch', { name: 'Trust tracker' }).click();
  const dialog = page.getByRole('dialog', { name: 'Trust tracker?' });
  await expect(
    dialog.getByText(/2 tools are held back: 1 new, 1 changed\. They pass unread\./),
  ).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await chooseAction(page, 'tracker', 'Trust…');
  await page.getByRole('button', { name: 'Trust server' }).click();
  await expect(card(page, 'tracker')).toContainText('Trusted');
  await expect(card(page, 'tracker')).not.toContainText('held back');
  await chooseAction(page, 'tracker', 'Stop trusting');
  await expect(page.getByText('tracker is no longer trusted')).toBeVisible();
  await expect(card(page, 'tracker')).toContainText('Approved');
});

test('a server is edited without its header being asked for again, disabled, and deleted with what that cuts off', async ({
  desk,
  page,
  signInAs,
  upstream,
}) => {
  const { server } = await addTracker(desk.ada, upstream);
  await desk.ada.createKey({
    name: 'billing',
    permissions: ['mcp:call'],
    resources: { mcp_tool: [`${server.id}/*`] },
  });
  await signInAs(desk.ada);
  await page.goto('/mcp-servers');
  await chooseAction(page, 'tracker', 'Edit…');
  await expect(page.getByRole('dialog').getByText(`Sends ${needed[0]}`)).toBeVisible();
  await page.getByRole('textbox', { name: 'Alias' }).fill('Issues');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Write 1 to 24 of: a to z, 0 to 9 and -.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Alias' }).fill('issues');
  await page.getByRole('textbox', { name: 'Address' }).fill('http://127.0.0.1:4444/mcp');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/^Give the headers again/)).toBeVisible();
  await page.getByRole('textbox', { name: 'Address' }).fill(upstream.url);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(card(page, 'issues')).toContainText('Up');
  const now = (await desk.ada.send(`GET /api/v1/mcp/servers/${server.id}`))
    .body as unknown as ServerDetailView;
  expect([now.server.alias, now.server.headers]).toEqual(['issues', [needed[0]]]);

  await chooseAction(page, 'issues', 'Disable');
  await expect(card(page, 'issues')).toContainText('Disabled');
  await chooseAction(page, 'issues', 'Enable');
  await expect(card(page, 'issues')).toContainText('Up');
  await chooseAction(page, 'issues', 'Delete…');
  await expect(
    page.getByText('Cuts off 3 tools. 1 key, agent or token names at least one of them.'),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Delete server' }).click();
  await expect(page.getByText('No MCP servers yet')).toBeVisible();
});

test('a server that is down says since when and why, and is up again once it answers', async ({
  desk,
  page,
  signInAs,
  upstream,
}) => {
  const { server } = await addTracker(desk.ada, upstream);
  await desk.sql(
    "update mcp_servers set health = 'down', fault = 'unreachable', failures = 4, health_since = now() - interval '3 hours'",
  );
  await signInAs(desk.ada);
  await page.goto('/mcp-servers');
  await expect(card(page, 'tracker')).toContainText(
    'Went down 3 hours ago: nothing answers at its address. Its calls are refused.',
  );
  await card(page, 'tracker').getByRole('button', { name: 'Test now' }).click();
  await expect(page.getByText(/^It answered in \d+ ms$/)).toBeVisible();
  await expect(card(page, 'tracker')).toContainText('Up');
  expect((await desk.ada.send(`GET /api/v1/mcp/servers/${server.id}`)).status).toBe(200);
});

test('a server that does not answer is kept as down, and a tool that takes another’s name is hidden', async ({
  desk,
  page,
  signInAs,
  upstream,
}) => {
  const mia = await desk.join('Mia', 'manager');
  await signInAs(mia);
  await page.goto('/mcp-servers?add=true');
  await page.getByRole('textbox', { name: 'Alias' }).fill('tracker');
  await page.getByRole('textbox', { name: 'Address' }).fill(upstream.url);
  await page.getByRole('button', { name: 'Add server' }).last().click();
  const added = page.getByRole('dialog', { name: 'tracker is added' });
  await expect(added.getByText(/^It is down: it refuses what Keyward signs in with\./)).toBeVisible();
  await added.getByRole('button', { name: 'Done' }).click();
  await expect(card(page, 'tracker')).toContainText('Down');

  const { server } = await addTracker(desk.ada, upstream, { alias: 'issues' });
  upstream.tools = [...upstream.tools, { ...upstream.tools[0], name: 'CLOSE_ISSUE' }];
  await relistTools(desk.ada, server.id);
  await expect(card(page, 'issues')).toContainText('1 tool is hidden: another tool has the name.');
  await card(page, 'issues').getByRole('button', { name: 'issues', exact: true }).click();
  const panel = panelOf(page, 'issues');
  await panel.getByRole('button', { name: /^CLOSE_ISSUE/ }).click();
  await expect(panel.getByText('Change the alias of one of the servers.')).toBeVisible();
  await expect(panel.getByText('What happened last')).toHaveCount(0);
});

test('by keyboard alone a server is opened, its change approved, and the focus comes back', async ({
  desk,
  page,
  signInAs,
  upstream,
}) => {
  const { server } = await addTracker(desk.ada, upstream);
  await holdTwoBack(desk.ada, upstream, server.id);
  await signInAs(desk.ada);
  await page.goto('/dashboard');
  await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await expect(page).toHaveURL('/mcp-servers');
  await card(page, 'tracker').waitFor();
  await page.keyboard.press('j');
  await expect(card(page, 'tracker').getByRole('button', { name: 'tracker', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  const approve = page.getByRole('button', { name: 'Approve all 2' });
  await expect(approve).toBeVisible();
  for (let tabs = 0; tabs < 10 && !(await approve.evaluate((it) => it === document.activeElement)); tabs++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('2 tools are approved')).toBeVisible();
  await expect(approve).toHaveCount(0);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('switch', { name: 'Trust tracker' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(card(page, 'tracker').getByRole('button', { name: 'tracker', exact: true })).toBeFocused();
});

test('a member sees the tools that they may call and no servers, and a viewer is sent away', async ({
  desk,
  page,
  signInAs,
  upstream,
}) => {
  await addTracker(desk.ada, upstream);
  await signInAs(await desk.join('Max', 'member'));
  await page.goto('/mcp-servers');
  await expect(page.getByRole('article')).toHaveCount(3);
  await expect(page.getByRole('button', { name: 'Add server' })).toHaveCount(0);
  await expect(page.getByText(upstream.url)).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Search tools' }).fill('close');
  await expect(page.getByRole('article')).toHaveCount(1);
  await expect(page).toHaveURL('/mcp-servers?search=close');
  await signInAs(await desk.join('Vera', 'viewer'));
  await page.goto('/mcp-servers');
  await expect(page.getByRole('heading', { name: 'You have no access to this page' })).toBeVisible();
  await expect(page.getByRole('article')).toHaveCount(0);
});
