import type { Page } from '@playwright/test';
import { clipboard, expect, picture, test } from './fixtures.ts';
import { giveColleagues } from './realistic.ts';

const other = 'nine harbours under snow';

const row = (page: Page, name: string) => page.getByRole('article', { name, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');
const menu = (page: Page, name: string, item: string) =>
  test.step(`${item} ${name}`, async () => {
    await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
    await page.getByRole('menuitem', { name: item }).click();
  });

test.describe('people', () => {
  test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

  test('an invite made in the dialog lets its person in, and is nowhere afterwards', async ({
    desk,
    page,
    signInAs,
    browser,
  }) => {
    await signInAs(desk.ada);
    await page.goto('/admin/users');
    await page.getByRole('button', { name: 'Add person' }).click();
    await dialog(page).getByLabel('Name').fill('Grace Hopper');
    await dialog(page).getByLabel('E-mail').fill('grace@example.com');
    await dialog(page).getByRole('radio', { name: 'Manager' }).check();
    await dialog(page).getByRole('button', { name: 'Invite', exact: true }).click();
    await expect(page.getByRole('dialog', { name: 'Invite for Grace Hopper' })).toBeVisible();
    await expect(page.getByText(/^It works on this machine only/)).toBeVisible();
    await picture(page, 'invite-local');
    await page.getByRole('button', { name: 'Copy invite link' }).click();
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
    const link = await clipboard(page);
    expect(link).toMatch(/\/invite#code=\w{32}$/);
    await page.getByRole('button', { name: 'Done' }).click();
    await expect(page.getByRole('dialog', { name: 'Invite for Grace Hopper' })).toBeHidden();
    expect(await page.content()).not.toContain(link.slice(-32));
    await expect(row(page, 'Grace Hopper').getByText('Invited')).toBeVisible();

    const context = await browser.newContext();
    const theirs = await context.newPage();
    await theirs.goto(link);
    await expect(theirs.getByLabel('E-mail')).toHaveValue('grace@example.com');
    expect(theirs.url()).not.toContain('code');
    await theirs.reload();
    await expect(theirs.getByLabel('Name')).toHaveValue('Grace Hopper');
    await theirs.getByLabel('Password', { exact: true }).fill('password123');
    await theirs.getByRole('button', { name: 'Join' }).click();
    await expect(theirs.getByText('most common passwords')).toBeVisible();
    await theirs.getByLabel('Password', { exact: true }).fill(other);
    await theirs.getByRole('button', { name: 'Join' }).click();
    await theirs.waitForURL('**/dashboard');
    await theirs.goto('about:blank');
    await theirs.goto(link);
    await expect(theirs.getByText('This invite does not work any more')).toBeVisible();
    await theirs.getByRole('link', { name: 'Go to the dashboard' }).click();
    await theirs.waitForURL('**/dashboard');
    await theirs.goto('about:blank'); // Or the dashboard, still asking something, goes to sign-in by itself.
    await context.clearCookies();
    await theirs.goto(link);
    await expect(theirs.getByText('If you have used it already, sign in.')).toBeVisible();
    await expect(theirs.getByRole('link', { name: 'Go to sign-in' })).toBeVisible();
    await picture(theirs, 'invite-used');
    await theirs.getByRole('link', { name: 'Go to sign-in' }).click();
    await theirs.waitForURL('**/login');
    await context.close();
    await expect(row(page, 'Grace Hopper').getByText('Invited')).toBeHidden();
  });

  test('a reset link changes the password and signs the person out everywhere', async ({
    desk,
    page,
    signInAs,
    browser,
  }) => {
    const bob = await desk.join('Bob', 'member');
    await signInAs(desk.ada);
    await page.goto('/admin/users');
    await menu(page, 'Bob', 'Reset link…');
    await page.getByRole('button', { name: 'Make reset link' }).click();
    await page.getByRole('button', { name: 'Copy reset link' }).click();
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
    const link = await clipboard(page);
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toBeHidden();

    const context = await browser.newContext();
    const theirs = await context.newPage();
    await theirs.goto(link);
    await theirs.getByLabel('New password').fill(other);
    await theirs.getByRole('button', { name: 'Change password' }).click();
    await expect(theirs.getByText('Your new password works from now on')).toBeVisible();
    expect((await bob.send('GET /api/v1/me')).status).toBe(401);
    await theirs.getByRole('link', { name: 'Sign in' }).click();
    await theirs.getByLabel('E-mail').fill(bob.email);
    await theirs.getByLabel('Password', { exact: true }).fill(other);
    await theirs.getByRole('button', { name: 'Sign in' }).click();
    await theirs.waitForURL('**/dashboard');
    await context.close();
  });
});

test('a taken e-mail address is said beside its field, and a free one is added with a first password', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/admin/users');
  await page.getByRole('button', { name: 'Add person' }).click();
  await dialog(page).getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByText('Enter a name.')).toBeVisible();
  await dialog(page).getByLabel('Name').fill('Eve');
  await dialog(page).getByLabel('E-mail').fill('ADA@example.com');
  await dialog(page).getByText('Password', { exact: true }).click();
  await dialog(page).getByLabel('First password').fill('short');
  await dialog(page).getByRole('button', { name: 'Add person' }).click();
  await expect(page.getByText('At least 8 characters.')).toBeVisible();
  await dialog(page).getByLabel('First password').fill(other);
  await dialog(page).getByRole('button', { name: 'Add person' }).click();
  const email = dialog(page).getByLabel('E-mail');
  await expect(email).toHaveAccessibleDescription('Somebody already has this e-mail address.');
  await expect(email).toBeFocused();
  await expect(dialog(page).getByRole('alert')).toHaveCount(0);
  await picture(page, 'add-person-taken');
  await dialog(page).getByLabel('E-mail').fill('eve@example.com');
  await dialog(page).getByRole('button', { name: 'Add person' }).click();
  await expect(page.getByRole('dialog', { name: 'Add a person' })).toBeHidden();
  await expect(page.getByText('Eve was added')).toBeVisible();
  expect(await page.content()).not.toContain(other);
  await row(page, 'Eve').getByRole('button', { name: /^Eve/ }).click();
  const did = page.getByRole('dialog', { name: 'Eve' }).getByRole('region', { name: 'What they did last' });
  await expect(did.getByText('Nothing yet.')).toBeVisible();
});

test('name, address and role change in the dialog; one’s own role does not', async ({
  desk,
  page,
  signInAs,
}) => {
  await desk.join('Bob', 'member');
  await desk.join('Eve', 'admin');
  await signInAs(desk.ada);
  await page.goto('/admin/users');
  await menu(page, 'Bob', 'Edit…');
  await dialog(page).getByLabel('Name').fill('Robert');
  await dialog(page).getByRole('radio', { name: 'Viewer' }).check();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'Robert').getByText('Viewer')).toBeVisible();

  await menu(page, 'Ada Lovelace', 'Edit…');
  const member = dialog(page).getByRole('radio', { name: /^Member/ });
  await member.check();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(page).getByText('You cannot demote yourself')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(row(page, 'Ada Lovelace').getByText('Admin')).toBeVisible();
  await expect(row(page, 'Ada Lovelace').getByRole('switch')).toBeDisabled();
});

test('deactivating says what it cuts off and asks why; activating gives it back, and a link where it takes one', async ({
  desk,
  page,
  signInAs,
}) => {
  const bob = await desk.join('Bob', 'member');
  const { token } = await bob.createToken({ name: 'deploy' });
  await signInAs(desk.ada);
  await page.goto('/admin/users');
  await row(page, 'Bob').getByRole('switch', { name: 'Active: Bob' }).click();
  await expect(dialog(page).getByText('1 session, 1 token')).toBeVisible();
  await expect(dialog(page).getByText('deploy')).toBeVisible();
  await dialog(page).getByLabel('Reason').fill('Left the company');
  await dialog(page).getByRole('button', { name: 'Deactivate' }).click();
  await expect(page.getByText('Cut off: 1 session, 1 token.')).toBeVisible();
  await expect(row(page, 'Bob').getByText('Deactivated')).toBeVisible();
  expect((await desk.send('GET /api/v1/me', { token })).status).toBe(401);
  await row(page, 'Bob').getByRole('button', { name: /^Bob/ }).click();
  await expect(page.getByText('Left the company')).toBeVisible();
  await page.keyboard.press('Escape');
  await row(page, 'Bob').getByRole('switch').click();
  await expect(page.getByText('Bob is active')).toBeVisible();
  expect((await desk.send('GET /api/v1/me', { token })).status).toBe(200);

  await desk.sql('update users set password_hash = null where id = $1', [bob.id]);
  await row(page, 'Bob').getByRole('switch').click();
  await dialog(page).getByRole('button', { name: 'Deactivate' }).click();
  await expect(row(page, 'Bob').getByText('Deactivated')).toBeVisible();
  await row(page, 'Bob').getByRole('switch').click();
  await expect(page.getByText(/^They have no password: .* a reset link\.$/)).toBeVisible();
  await picture(page, 'user-active-without-password');
  await page.getByRole('button', { name: 'Reset link…' }).click();
  await expect(page.getByRole('dialog', { name: 'Make a reset link for Bob?' })).toBeVisible();
});

test('deleting asks first, revokes, and leaves the person under Deleted', async ({
  desk,
  page,
  signInAs,
}) => {
  const bob = await desk.join('Bob', 'member');
  await signInAs(desk.ada);
  await page.goto('/admin/users');
  await menu(page, 'Bob', 'Delete…');
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(row(page, 'Bob')).toBeVisible();
  await menu(page, 'Bob', 'Delete…');
  await dialog(page).getByRole('button', { name: 'Delete person' }).click();
  await expect(page.getByText('Bob is deleted')).toBeVisible();
  await expect(row(page, 'Bob')).toBeHidden();
  expect((await bob.send('GET /api/v1/me')).status).toBe(401);
  await page.getByRole('button', { name: /^Deleted/ }).click();
  await expect(row(page, 'Bob').getByText('Deleted')).toBeVisible();
  await expect(row(page, 'Bob').getByRole('button', { name: /^Actions/ })).toBeHidden();
});

test('a set password signs the person out and is nowhere in the page', async ({ desk, page, signInAs }) => {
  const bob = await desk.join('Bob', 'member');
  await signInAs(desk.ada);
  await page.goto('/admin/users');
  await menu(page, 'Bob', 'Set password…');
  await dialog(page).getByLabel('Password', { exact: true }).fill(other);
  await dialog(page).getByRole('button', { name: 'Set password' }).click();
  await expect(page.getByText('Bob has a new password')).toBeVisible();
  expect(await page.content()).not.toContain(other);
  expect((await bob.send('GET /api/v1/me')).status).toBe(401);
});

test('opening a person shows where they are signed in, and signs them out there', async ({
  desk,
  page,
  signInAs,
}) => {
  const bob = await desk.join('Bob', 'member');
  await bob.createToken({ name: 'deploy' });
  await signInAs(desk.ada);
  await page.goto('/admin/users');
  await row(page, 'Bob').getByRole('button', { name: /^Bob/ }).click();
  await expect(page).toHaveURL(/user=/);
  const panel = page.getByRole('dialog', { name: 'Bob' });
  await expect(panel.getByText('deploy').first()).toBeVisible();
  await expect(panel.getByText('Invite accepted')).toBeVisible();
  await panel.getByRole('button', { name: /^Sign out node/ }).click();
  await expect(panel.getByText('Nowhere at the moment.')).toBeVisible();
  expect((await bob.send('GET /api/v1/me')).status).toBe(401);
  await panel.getByRole('button', { name: 'Edit…' }).click();
  await expect(page.getByRole('dialog', { name: 'Edit Bob' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.goBack();
  await expect(panel).toBeHidden();
});

test('two hundred people: searched, filtered, sorted and scrolled to the last, all kept in the address', async ({
  desk,
  page,
  signInAs,
}) => {
  await giveColleagues(desk, 200);
  await signInAs(desk.ada);
  await page.goto('/admin/users');
  await expect(page.getByRole('button', { name: 'All 201' })).toBeVisible();
  await page.keyboard.press('End');
  await expect(async () => {
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    const last = page.getByRole('list', { name: 'People' }).getByRole('listitem').last();
    await expect(last).toHaveAttribute('aria-posinset', '201', { timeout: 500 });
  }).toPass();
  await page.getByRole('searchbox').fill('hiroko');
  await expect(page).toHaveURL(/search=hiroko/);
  await expect(page.getByRole('main').getByRole('listitem').first()).toHaveAttribute('aria-setsize', '20');
  await page.getByRole('button', { name: 'Role: Any role' }).click();
  await page.getByRole('menuitemradio', { name: 'Manager' }).click();
  await expect(page).toHaveURL(/role=manager/);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Role: Manager' })).toBeVisible();
  await page.getByRole('searchbox').fill('zebra');
  await expect(page.getByText('Nobody matches')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page.getByRole('button', { name: 'Role: Any role' })).toBeVisible();
});

test('a manager, a member and a viewer get the page that says no, and the API says which permission', async ({
  desk,
  page,
  signInAs,
}) => {
  for (const role of ['manager', 'member', 'viewer'] as const) {
    const person = await desk.join(role, role);
    await signInAs(person);
    const answer = await page.goto('/admin/users');
    expect(answer?.status()).toBe(403);
    await expect(page.getByText('You have no access to this page')).toBeVisible();
    const refused = await person.send('GET /api/v1/users');
    expect(refused.status).toBe(403);
    expect(refused.problem?.detail).toContain('users:read');
  }
});
