import type { Page } from '@playwright/test';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { greetAs } from '#server/testing/agent-client.ts';
import { enrolledAgent, machine, redeem } from './agent-samples.ts';
import { chooseAction, tokenCard as agentCard } from './desk-pages.ts';
import { clipboard, expect, test } from './fixtures.ts';

test.describe.configure({ timeout: 60_000 });

const panel = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });
const step = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });
const codeIn = (text: string) => /kw_set_\w+/.exec(text)?.[0] ?? 'no code';

/** All that a page keeps: what it shows, its address, and what outlives it. */
const keptBy = (page: Page) =>
  page.evaluate(() =>
    [document.documentElement.outerHTML, location.href, localStorage, sessionStorage, history.state]
      .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
      .join(' '),
  );

test('a manager makes an agent and watches it enroll and connect, and its code is nowhere afterwards', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(await desk.join('Mia', 'manager'));
  await page.goto('/agents');
  await expect(page.getByText('An agent is a machine or a program that acts for a person')).toBeVisible();
  await page.getByRole('button', { name: 'New agent' }).click();
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('Build Runner');
  await expect(
    page.getByText(/^Lower-case letters, digits, dots, hyphens and underscores, at/),
  ).toBeVisible();
  await name.fill('build-runner-1');
  await page.getByRole('checkbox', { name: /mcp:call/ }).check();
  await page.getByRole('group', { name: 'Flows' }).getByText('These', { exact: true }).click();
  await page.getByRole('group', { name: 'Flows' }).getByRole('textbox').fill('nightly-report');
  await page.getByRole('button', { name: 'Create agent' }).click();

  await expect(page.getByText('Waiting for build-runner-1')).toBeVisible();
  await page.getByRole('button', { name: 'Copy command', exact: true }).click();
  const command = await clipboard(page);
  expect(command).toMatch(/^keyward agent enroll kw_set_\w+ --server http:\S+$/);
  const code = codeIn(command);
  const { token } = await redeem(desk, code);
  await expect(page.getByText(`Enrolled on ${machine.host}`)).toBeVisible();
  expect(await keptBy(page), 'a code that was used is not shown any more').not.toContain(code);
  await using client = await greetAs(desk.origin, { token, host: machine.host });
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  expect(client.socket.readyState).toBe(client.socket.OPEN);
  await page.getByRole('button', { name: 'Done' }).click();

  expect(await keptBy(page)).not.toMatch(/kw_set_\w|kw_agt_\w{9}/);
  const card = agentCard(page, 'build-runner-1');
  await expect(card).toContainText('Online');
  await expect(card).toContainText(machine.host);
  await expect(card).toContainText('Epoch 1');
  await page.getByRole('button', { name: 'build-runner-1', exact: true }).click();
  await expect(panel(page, 'build-runner-1').getByText('nightly-report')).toBeVisible();
});

test('a code that was not copied is not left by mistake, and a new one enrolls the agent again', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/agents?add=true');
  await page.getByRole('textbox', { name: 'Name' }).fill('build-runner-1');
  await page.getByRole('button', { name: 'Create agent' }).click();
  await expect(page.getByText('Waiting for build-runner-1')).toBeVisible();
  const first = codeIn(await keptBy(page));
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Close without copying' }).click();
  expect(await keptBy(page)).not.toContain(first);

  await redeem(desk, first);
  await chooseAction(page, 'build-runner-1', 'New code…');
  await page.getByText('1 day', { exact: true }).click();
  await page.getByRole('button', { name: 'Make code' }).click();
  await expect(page.getByText('Waiting for build-runner-1')).toBeVisible();
  await page.getByRole('button', { name: 'Copy command', exact: true }).click();
  const command = await clipboard(page);
  expect(command).toMatch(/ --replace$/);
  await redeem(desk, codeIn(command), 'runner-8.internal');
  await expect(page.getByText('Enrolled on runner-8.internal')).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(agentCard(page, 'build-runner-1')).toContainText('Epoch 2');
});

test('a rotation by hand is shown step by step, until the new secret is in use', async ({
  desk,
  page,
  signInAs,
}) => {
  const { token } = await enrolledAgent(desk, desk.ada, { name: 'build-runner-1' });
  await using client = await greetAs(desk.origin, { token, host: machine.host });
  await signInAs(desk.ada);
  await page.goto('/agents');
  await chooseAction(page, 'build-runner-1', 'Rotate now');
  const open = panel(page, 'build-runner-1');
  await expect(open.getByText('Rotation under way')).toBeVisible();
  const secret = await client.rotation();
  if (!secret) throw new Error('no secret was sent');
  await expect(open.getByText(`Delivered to ${machine.host}`)).toBeVisible();
  await expect(open.getByText('Save it on the agent')).toBeVisible();
  client.persisted(secret.rotationId);
  await expect(open.getByText('Saved on the agent', { exact: true })).toBeVisible();
  await expect(open.getByText('First call with it')).toBeVisible();
  expect((await desk.send('GET /api/v1/me', { token: secret.token })).status).toBe(200);
  await expect(step(page, 'In use').first()).toBeVisible();
  await expect(step(page, 'Old secret still works')).toContainText('until');
  await expect(open.getByText('Online')).toBeVisible();
  expect(await keptBy(page)).not.toContain(secret.token);
});

test('an agent that is offline is rotated once it reconnects, unless that is cancelled', async ({
  desk,
  page,
  signInAs,
}) => {
  const { token } = await enrolledAgent(desk, desk.ada, { name: 'build-runner-1' });
  await signInAs(desk.ada);
  await page.goto('/agents');
  const askToWait = async () => {
    await chooseAction(page, 'build-runner-1', 'Rotate now');
    await page.getByRole('button', { name: 'Rotate when it reconnects' }).click();
    await expect(agentCard(page, 'build-runner-1')).toContainText('Waits for the agent to connect');
  };
  await askToWait();
  await chooseAction(page, 'build-runner-1', 'Cancel rotation');
  await expect(page.getByText('The rotation is cancelled')).toBeVisible();
  await expect(agentCard(page, 'build-runner-1')).not.toContainText('Waits for the agent');
  await askToWait();
  await using client = await greetAs(desk.origin, { token });
  expect((await client.rotation())?.epoch).toBe(2);
  await expect(agentCard(page, 'build-runner-1')).toContainText('Delivered, the agent is saving it');
});

test('an agent is paused with a reason, which Undo takes back, and is disabled and enabled', async ({
  desk,
  page,
  signInAs,
}) => {
  const { token } = await enrolledAgent(desk, desk.ada, { name: 'flooder' });
  await using client = await greetAs(desk.origin, { token });
  await signInAs(desk.ada);
  await page.goto('/agents');
  const card = agentCard(page, 'flooder');
  const codeOfCall = async () => (await desk.send('GET /api/v1/me', { token })).problem?.code;
  await chooseAction(page, 'flooder', 'Pause…');
  await page.getByRole('button', { name: 'Pause agent' }).click();
  await expect(page.getByText('Say why.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Reason' }).fill('It floods the build server');
  await page.getByRole('button', { name: 'Pause agent' }).click();
  await expect(card).toContainText('Paused: It floods the build server.');
  expect(await client.closed()).toMatchObject({ code: 4001 });
  expect(await codeOfCall()).toBe('paused');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(card).not.toContainText('It floods the build server');
  expect(await codeOfCall()).toBeUndefined();
  await chooseAction(page, 'flooder', 'Disable');
  await expect(card).toContainText('Disabled');
  expect(await codeOfCall()).toBe('token_disabled');
  await chooseAction(page, 'flooder', 'Enable');
  await expect(page.getByText('flooder is enabled')).toBeVisible();
  expect(await codeOfCall()).toBeUndefined();
});

test('an agent is edited, transferred and deleted, and what runs as it stops', async ({
  desk,
  page,
  signInAs,
}) => {
  const grace = await desk.join('Grace', 'member');
  const { id, token } = await enrolledAgent(desk, desk.ada, { name: 'deploy-bot' });
  await signInAs(desk.ada);
  await page.goto('/agents');
  const card = agentCard(page, 'deploy-bot');
  await chooseAction(page, 'deploy-bot', 'Edit…');
  await page.getByRole('textbox', { name: /Description/ }).fill('Deploys at night');
  await page.getByRole('textbox', { name: /Days between rotations/ }).fill('400');
  await expect(page.getByText('At most 365 days.')).toBeVisible();
  await page.getByRole('textbox', { name: /Days between rotations/ }).fill('30');
  const meanwhile = { body: { permissions: ['profile:read', 'mcp:call'] } };
  expect((await desk.ada.send(`PATCH /api/v1/agents/${id}`, meanwhile)).status).toBe(200);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(card).toContainText('Deploys at night');
  await chooseAction(page, 'deploy-bot', 'Transfer…');
  await page.getByRole('button', { name: 'Transfer agent' }).click();
  await expect(page.getByText('Choose a person.')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search name or e-mail' }).last().fill('gra');
  await page.getByRole('radio', { name: /Grace/ }).check();
  await page.getByRole('button', { name: 'Transfer agent' }).click();
  await expect(card).toContainText('grace@example.com');
  const now = (await grace.send(`GET /api/v1/agents/${id}`)).body as unknown as AgentView;
  expect([now.ownerId, now.rotationDays]).toEqual([grace.id, 30]);
  expect(now.permissions, 'what was changed meanwhile stays').toContain('mcp:call');
  await card.getByRole('button', { name: 'deploy-bot', exact: true }).click();
  await panel(page, 'deploy-bot').getByRole('button', { name: 'More actions for deploy-bot' }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await expect(page.getByText('It has never connected.')).toBeVisible();
  await page.getByRole('button', { name: 'Delete agent' }).click();
  await expect(page.getByText('No agents yet')).toBeVisible();
  expect((await desk.send('GET /api/v1/me', { token })).status).toBe(401);
});
