import { connect, giveAgents, redeem } from './agent-samples.ts';
import { chooseAction, closeDialog } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';
import { check, views } from './views.ts';

test.describe.configure({ timeout: 120_000 });

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });

    test(`agents are for everyone who may see them, ${view}`, async ({ desk, page, signInAs }) => {
      await signInAs(desk.ada);
      await page.goto('/agents');
      await expect(page.getByText('No agents yet')).toBeVisible();
      await check(page, `agents-none-${view}`);
      await giveAgents(desk, desk.ada, await desk.join('Grace', 'member'));
      await page.goto('/agents');
      await expect(page.getByRole('article')).toHaveCount(8);
      await check(page, `agents-${view}`);
      for (const [name, shown] of [
        ['build-runner-2', 'Rotation under way'],
        ['search-indexer', 'Latest rotation'],
      ] as const) {
        await page.getByRole('button', { name, exact: true }).click();
        await expect(page.getByRole('dialog').getByText(shown)).toBeVisible();
        await expect(page.getByRole('dialog').getByText('Agent created')).toBeVisible();
        await check(page, `agent-${name}-${view}`);
        await closeDialog(page);
      }
      for (const act of ['New code…', 'Edit…', 'Transfer…', 'Delete…']) {
        await chooseAction(page, 'flooder', act);
        await expect(page.getByRole('dialog')).toBeVisible();
        await check(page, `agent-${act.replace(/\W+/g, '-').toLowerCase()}${view}`);
        await closeDialog(page);
      }
      await chooseAction(page, 'deploy-bot', 'Rotate now');
      await check(page, `agent-rotate-later-${view}`);
      await closeDialog(page);
      await chooseAction(page, 'deploy-bot', 'Pause…');
      await check(page, `agent-pause-${view}`);
      await closeDialog(page);
    });

    test(`a new agent is for everyone who may make one, ${view}`, async ({ desk, page, signInAs }) => {
      await signInAs(desk.ada);
      await page.goto('/agents?add=true');
      await page.getByRole('textbox', { name: 'Name' }).fill('render-farm-4');
      await check(page, `agent-new-${view}`);
      await page.getByRole('button', { name: 'Create agent' }).click();
      await expect(page.getByText('Waiting for render-farm-4')).toBeVisible();
      await check(page, `agent-enroll-${view}`);
      const { agent } = await redeem(desk, /kw_set_\w+/.exec(await page.content())?.[0] ?? '');
      await expect(page.getByText('Waiting for it to connect')).toBeVisible();
      await check(page, `agent-enrolled-${view}`);
      await connect(desk, agent.id);
      await expect(page.getByText('Connected', { exact: true })).toBeVisible();
      await check(page, `agent-connected-${view}`);
    });
  });
}
