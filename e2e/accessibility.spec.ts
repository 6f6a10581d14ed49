import { issueSetupCode } from '#server/people/first-admin/commands.ts';
import { textOf } from '#server/testing/caller.ts';
import { chooseAction, createToken, newToken, userMenu } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';
import { giveColleagues, giveNotices, giveRealisticTokens } from './realistic.ts';
import { check, views } from './views.ts';

test.describe.configure({ timeout: 60_000 });

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });

    test(`pages for everyone, ${view}`, async ({ emptyDesk, page }) => {
      await page.goto('/login');
      await check(page, `login-${view}`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByText('Enter your password.')).toBeVisible();
      await check(page, `login-wrong-${view}`);
      await page.goto('/forbidden');
      await page.goto('/nowhere');
      await check(page, `not-found-${view}`);
      await page.goto('/setup');
      await check(page, `already-${view}`);
      await page.goto(`${emptyDesk.origin}/setup`);
      await expect(page.getByText('This page needs its code.')).toBeVisible();
      await check(page, `setup-no-code-${view}`);
      const code = (await issueSetupCode(emptyDesk.runtime))?.reveal() ?? '';
      await page.goto(`${emptyDesk.origin}/setup?code=${code}`);
      await page.getByLabel('Password', { exact: true }).fill('seven lanterns');
      await check(page, `setup-${view}`);
    });

    test(`a newcomer's pages, ${view}`, async ({ desk, page, signInAs }) => {
      await signInAs(await desk.join('Grace', 'member'));
      await page.goto('/dashboard');
      await expect(page.getByText('Get started')).toBeVisible();
      await expect(page.getByText('Add a person')).toHaveCount(0);
      await check(page, `dashboard-new-${view}`);
      await page.goto('/tokens');
      await expect(page.getByText('No tokens yet')).toBeVisible();
      await check(page, `tokens-none-${view}`);
      await page.goto('/admin/users');
      await check(page, `forbidden-${view}`);
    });

    test(`pages with tokens, ${view}`, async ({ desk, page, signInAs }) => {
      await giveRealisticTokens(desk, desk.ada);
      await signInAs(desk.ada);
      await page.goto('/dashboard');
      await expect(page.getByText('Recently used')).toBeVisible();
      await check(page, `dashboard-${view}`);
      await page.goto('/tokens');
      await expect(page.getByRole('article')).toHaveCount(11);
      await check(page, `tokens-${view}`);
      await userMenu(page).click();
      await expect(page.getByRole('menu')).toBeVisible();
      await check(page, `user-menu-${view}`);
      await page.keyboard.press('Escape');
      await page.goto('/tokens?search=zebra');
      await expect(page.getByText('No tokens match')).toBeVisible();
      await check(page, `tokens-none-match-${view}`);
    });

    test(`people, ${view}`, async ({ desk, page, signInAs }) => {
      await giveColleagues(desk, 60);
      const bob = await desk.join('Bob', 'member');
      await bob.createToken({ name: 'deploy' });
      await signInAs(desk.ada);
      await page.goto('/admin/users?search=o');
      await expect(page.getByRole('article').first()).toBeVisible();
      await check(page, `users-${view}`);
      await page.goto('/admin/users?search=bob');
      await page.getByRole('switch', { name: 'Active: Bob' }).click();
      await expect(page.getByText('It cuts off')).toBeVisible();
      await check(page, `user-deactivate-${view}`);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /^Bob bob@/ }).click();
      await expect(page.getByText('Invite accepted')).toBeVisible();
      await check(page, `user-panel-${view}`);
      await page.keyboard.press('Escape');
      for (const [item, name] of [
        ['Edit…', 'user-edit'],
        ['Set password…', 'user-set-password'],
        ['Delete…', 'user-delete'],
        ['Reset link…', 'user-reset'],
      ] as const) {
        await page.getByRole('button', { name: 'Actions for Bob' }).click();
        await page.getByRole('menuitem', { name: item }).click();
        await expect(page.getByRole('dialog')).toBeVisible();
        await check(page, `${name}-${view}`);
        if (item !== 'Reset link…') await page.keyboard.press('Escape');
      }
      await page.getByRole('button', { name: 'Make reset link' }).click();
      await expect(page.getByRole('button', { name: 'Copy reset link' })).toBeVisible();
      await check(page, `user-link-${view}`);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Add person' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await check(page, `user-create-${view}`);
    });

    test(`pages behind links, ${view}`, async ({ desk, page }) => {
      await page.goto('/invite');
      await expect(page.getByText('This page needs its link.')).toBeVisible();
      await check(page, `invite-no-code-${view}`);
      const body = { name: 'Grace Hopper', email: 'grace@example.com', role: 'member' };
      const invited = await desk.ada.send('POST /api/v1/users', { body });
      await page.goto(textOf(invited.body['inviteUrl']));
      await expect(page.getByLabel('Name')).toBeVisible();
      await check(page, `invite-${view}`);
      const path = `/api/v1/users/${textOf(invited.body['id'])}/reset-password`;
      const reset = await desk.ada.send(`POST ${path}`, { body: {} });
      await page.goto(textOf(reset.body['resetUrl']));
      await page.getByLabel('New password').fill('nine harbours under snow');
      await check(page, `reset-${view}`);
      await page.getByRole('button', { name: 'Change password' }).click();
      await expect(page.getByText('Your new password works')).toBeVisible();
      await check(page, `reset-done-${view}`);
    });

    test(`notices, ${view}`, async ({ desk, page, signInAs }) => {
      await giveRealisticTokens(desk, desk.ada);
      await giveNotices(desk, desk.ada);
      await signInAs(desk.ada);
      for (const path of ['tokens', 'dashboard']) {
        await page.goto(`/${path}`);
        await expect(page.getByRole('region', { name: 'Notices' })).toBeVisible();
        await check(page, `notices-${path}-${view}`);
      }
    });

    test(`everyone's tokens, ${view}`, async ({ desk, page, signInAs }) => {
      const bob = await desk.join('Bob', 'admin');
      await giveRealisticTokens(desk, bob);
      await desk.ada.createToken({
        name: 'a name that is as long as the name of a token may ever become',
      });
      await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
      await signInAs(desk.ada);
      await page.goto('/dashboard');
      await expect(page.getByText('Owner is gone.').first()).toBeVisible();
      await check(page, `dashboard-attention-${view}`);
      await page.goto('/admin/tokens');
      await expect(page.getByText('12 tokens', { exact: true })).toBeVisible();
      await page.getByRole('checkbox', { name: /^Select laptop/ }).check();
      await check(page, `admin-tokens-${view}`);
      await page.getByRole('button', { name: 'Revoke…' }).click();
      await expect(page.getByRole('dialog', { name: 'Revoke laptop?' })).toBeVisible();
      await check(page, `admin-revoke-${view}`);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'release pipeline', exact: true }).click();
      await expect(page.getByRole('dialog').getByText('What happened to it')).toBeVisible();
      await check(page, `admin-token-${view}`);
      await page.goto('/admin/tokens?search=zebra');
      await expect(page.getByText('No tokens match')).toBeVisible();
      await check(page, `admin-tokens-none-match-${view}`);
      await page.getByRole('button', { name: 'Identify…' }).click();
      await check(page, `identify-${view}`);
    });

    test(`dialogs, ${view}`, async ({ desk, page, signInAs }) => {
      await giveRealisticTokens(desk, desk.ada);
      await signInAs(desk.ada);
      await page.goto('/tokens');
      await chooseAction(page, 'laptop', 'Rename');
      await expect(page.getByRole('dialog')).toBeVisible();
      await check(page, `rename-${view}`);
      await page.keyboard.press('Escape');
      await chooseAction(page, 'laptop', 'Rotate');
      await expect(page.getByRole('dialog')).toBeVisible();
      await check(page, `rotate-${view}`);
      await page.getByRole('button', { name: 'Rotate token' }).click();
      await expect(page.getByRole('dialog', { name: 'Copy the new secret now' })).toBeVisible();
      await check(page, `rotated-${view}`);
      await page.getByRole('button', { name: 'Copy token' }).click();
      await page.getByRole('button', { name: 'Done' }).click();
      await expect(page.getByText(/The old secret works until/)).toBeVisible();
      await check(page, `in-grace-${view}`);
      await page.getByRole('button', { name: 'Claude Code on laptop', exact: true }).click();
      await expect(page.getByRole('dialog')).toContainText('GET /api/v1/me');
      await check(page, `token-panel-${view}`);
      await page.keyboard.press('Escape');
      await chooseAction(page, 'laptop', 'Revoke');
      await expect(page.getByRole('dialog')).toBeVisible();
      await check(page, `revoke-${view}`);
      await page.keyboard.press('Escape');
      await newToken(page).click();
      await page.getByRole('radio', { name: 'Selected permissions' }).check();
      await check(page, `new-token-${view}`);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('alertdialog')).toBeVisible();
      await check(page, `discard-${view}`);
      await page.getByRole('button', { name: 'Discard' }).click();
      await createToken(page, 'deploy');
      await page.getByRole('button', { name: 'Show token' }).click();
      await check(page, `secret-${view}`);
      await page.getByRole('button', { name: 'Done' }).click();
      await expect(page.getByRole('alertdialog')).toBeVisible();
      await check(page, `leave-${view}`);
      await page.getByRole('button', { name: 'Close without copying' }).click();
      await chooseAction(page, 'laptop', 'Disable');
      await expect(page.getByText('laptop is disabled')).toBeVisible();
      await check(page, `toast-${view}`);
    });
  });
}
