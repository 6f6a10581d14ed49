import type { Page } from '@playwright/test';
import type { Desk } from '#server/testing/desk.ts';
import { tokenCard, tokenNames } from './desk-pages.ts';
import { expect, picture, test } from './fixtures.ts';

test.describe.configure({ timeout: 60_000 });

const search = (page: Page) => page.getByRole('searchbox');
const bar = (page: Page) => page.getByRole('region', { name: 'Selected tokens' });

/** Some people's tokens, named so that their order by name is plain. */
async function giveTokens(desk: Desk) {
  const bob = await desk.join('Bob', 'member');
  const carol = await desk.join('Carol', 'manager');
  for (const [index, owner] of [bob, carol, bob, carol, bob].entries())
    await owner.createToken({ name: `token ${index}`, expiresInDays: index === 0 ? 3 : 90 });
  return { bob, carol };
}

/** Very many, written past the doors. */
async function giveManyTokens(desk: Desk, count: number) {
  await desk.sql(
    `insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
     select gen_random_uuid(), tenant_id, 'pat', id, 'token ' || n, array['*'], now() - n * interval '1 minute'
     from users, generate_series(1, $1::int) as n`,
    [count],
  );
  await desk.sql(
    `insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
     select sha256(id::text::bytea), id, 'kw_pat_aaaaaaaa', 1, 'current', now() from credentials`,
  );
  await desk.sql('analyze');
}

test('ten thousand tokens scroll without jank, nothing shifts, and Back leads to the row one left', async ({
  desk,
  page,
  signInAs,
}) => {
  test.setTimeout(120_000);
  await giveManyTokens(desk, 10_000);
  await signInAs(desk.ada);
  await page.goto('/admin/tokens?sort=newest');
  await expect(tokenNames(page).first()).toHaveText('token 1', { timeout: 20_000 });
  await page.evaluate(() => {
    const seen = { shift: 0, tasks: [] as number[], frames: [] as number[] };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shift += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift' });
    new PerformanceObserver((list) =>
      seen.tasks.push(...list.getEntries().map((entry) => entry.duration)),
    ).observe({
      type: 'longtask',
    });
    let last = performance.now();
    const tick = (time: number) => {
      seen.frames.push(time - last);
      last = time;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await page.mouse.move(600, 500);
  const last = page.getByRole('main').getByRole('listitem').and(page.locator('[aria-posinset="10000"]'));
  for (let turn = 0; turn < 600 && (await last.count()) === 0; turn++) await page.mouse.wheel(0, 4_000);
  await expect(last).toHaveAttribute('aria-setsize', '10000');
  const seen = await page.evaluate(
    () => (window as unknown as { seen: { shift: number; tasks: number[]; frames: number[] } }).seen,
  );
  const dropped = seen.frames.filter((ms) => ms > 100).length;
  const measured = `${seen.frames.length} frames, ${dropped} over 100 ms, ${seen.tasks.length} long tasks of ${Math.round(Math.max(0, ...seen.tasks))} ms at most, shift ${seen.shift.toFixed(4)}`;
  process.stdout.write(`10,000 rows: ${measured}\n`);
  expect(seen.shift).toBeLessThan(0.01);
  // A machine that is busy drops some whatever we do; half of them would be ours.
  expect(seen.frames.toSorted((a, b) => a - b)[Math.floor(seen.frames.length / 2)]).toBeLessThan(50);
  expect(await page.getByRole('main').getByRole('listitem').count()).toBeLessThan(60);

  const before = await page.evaluate(() => window.scrollY);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Home' }).click();
  await expect(page).toHaveURL('/dashboard');
  await page.goBack();
  await expect(last).toBeVisible();
  expect(Math.abs((await page.evaluate(() => window.scrollY)) - before)).toBeLessThan(200);
});

test('the keys work through the list', async ({ desk, page, signInAs }) => {
  await giveTokens(desk);
  await signInAs(desk.ada);
  await page.goto('/admin/tokens?sort=name');
  await expect(tokenNames(page)).toHaveCount(5);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expect(page.locator(':focus')).toContainText('token 0');
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await expect(bar(page)).toContainText('2 tokens selected');
  await page.keyboard.press('Escape');
  await expect(bar(page)).toHaveCount(0);

  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'token 1' })).toContainText(
    'Never used: nothing will notice.',
  );
  await expect(page).toHaveURL(/token=/);
  await page.keyboard.press('j');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await page.keyboard.press('j');
  await page.keyboard.press('/');
  await expect(search(page)).toBeFocused();
  await page.keyboard.type('jxr 3');
  await expect(page.getByText('No tokens match')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(tokenNames(page)).toHaveCount(5);
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('r');
  const dialog = page.getByRole('dialog', { name: 'Revoke token 0?' });
  await dialog.getByLabel('Reason').fill('Leaked');
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(tokenCard(page, 'token 0')).toContainText('Leaked');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Next row');
});

test('many are chosen with Shift, disabled, brought back by Undo, and revoked', async ({
  desk,
  page,
  signInAs,
}) => {
  await giveTokens(desk);
  await signInAs(desk.ada);
  await page.goto('/admin/tokens?sort=name');
  const box = (number: number) => page.getByRole('checkbox', { name: new RegExp(`Select token ${number} `) });
  await box(1).check();
  await box(3).click({ modifiers: ['Shift'] });
  await expect(bar(page)).toContainText('3 tokens selected');
  await picture(page, 'triage-bulk-bar');
  await bar(page).getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByRole('button', { name: 'Disabled 3' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('button', { name: 'Disabled 0' })).toBeVisible();

  await box(0).check();
  await bar(page).getByRole('button', { name: 'Select all 5' }).click();
  await bar(page).getByRole('button', { name: 'Revoke…' }).click();
  await page.getByRole('button', { name: 'Revoke 5 tokens' }).click();
  await expect(page.getByRole('button', { name: 'Revoked 5' })).toBeVisible();
  await expect(bar(page)).toHaveCount(0);
  expect(await desk.sql("select from audit_events where action = 'token.admin_revoke'")).toHaveLength(5);
});

test('all that match are selected, those beyond the first page too, and no others', async ({
  desk,
  page,
  signInAs,
}) => {
  await giveManyTokens(desk, 250);
  const { bob } = await giveTokens(desk);
  await signInAs(desk.ada);
  await page.goto('/admin/tokens?user=ada@example.com&sort=name');
  await expect(page.getByText('250 match', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Select all 250' }).click();
  await expect(bar(page)).toContainText('250 tokens selected');
  await bar(page).getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByRole('button', { name: 'Disabled 250' })).toBeVisible({ timeout: 15_000 });
  await page.goto('/admin/tokens');
  await expect(page.getByRole('button', { name: 'Disabled 250' })).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText('255 tokens', { exact: true })).toBeVisible();
  const { body } = await bob.send('GET /api/v1/tokens?status=disabled');
  expect(body['items']).toEqual([]);
});

test('of more than can be changed at once the first are selected, and the button says so', async ({
  desk,
  page,
  signInAs,
}) => {
  await giveManyTokens(desk, 620);
  await signInAs(desk.ada);
  await page.goto('/admin/tokens?sort=name');
  await page.getByRole('button', { name: 'Select the first 500' }).click();
  await expect(bar(page)).toContainText('500 tokens selected');
  await expect(page.getByRole('button', { name: 'Select the first 500' })).toHaveCount(0);
});

test('counts follow the other filters', async ({ desk, page, signInAs }) => {
  await giveTokens(desk);
  await signInAs(desk.ada);
  await page.goto('/admin/tokens?user=carol@example.com&status=expiring');
  await expect(page.getByText('0 match', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'All 2' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Active 2' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sort by owner', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sort by last use: last used first' })).toBeVisible();
});

test('a link shows one person’s tokens, and filters live in the address', async ({
  desk,
  page,
  signInAs,
}) => {
  await giveTokens(desk);
  await signInAs(desk.ada);
  await page.goto('/admin/tokens?user=carol@example.com');
  await expect(tokenNames(page)).toHaveCount(2);
  await page.getByRole('button', { name: /not only of carol/ }).click();
  await expect(tokenNames(page)).toHaveCount(5);
  await page.getByRole('button', { name: 'Expiring 1' }).click();
  await expect(page).toHaveURL('/admin/tokens?status=expiring');
  await expect(tokenNames(page)).toHaveText(['token 0']);
  await expect(page.getByRole('button', { name: 'Expiring 1' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Last use: Any last use' }).click();
  await page.getByRole('menuitemradio', { name: 'Used today' }).click();
  await expect(page.getByText('No tokens match')).toBeVisible();
  await page.goBack();
  await expect(tokenNames(page)).toHaveText(['token 0']);
  await page.goBack();
  await expect(tokenNames(page)).toHaveCount(5);
});

test('a pasted log tells whose tokens are in it, and nothing of it stays', async ({
  desk,
  page,
  signInAs,
}) => {
  const { bob } = await giveTokens(desk);
  const { token } = await bob.createToken({ name: 'leaked' });
  await signInAs(desk.ada);
  await page.goto('/admin/tokens');
  await page.getByRole('button', { name: 'Identify…' }).click();
  await page.getByLabel('Text').fill(`GET / Authorization: Bearer ${token}`);
  await page.getByRole('button', { name: 'Identify', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Identify tokens' });
  await expect(dialog).toContainText('of bob@example.com');
  await picture(page, 'triage-identify');
  await dialog.getByRole('button', { name: 'leaked', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'leaked' })).toBeVisible();
  const kept = await page.evaluate(
    () =>
      document.documentElement.outerHTML +
      JSON.stringify({ ...localStorage }) +
      JSON.stringify({ ...sessionStorage }) +
      location.href,
  );
  expect(kept).not.toContain(token.slice(16));
});

test('a prefix leads to its token, which is revoked on the spot; what is unknown is said to be', async ({
  desk,
  page,
  signInAs,
}) => {
  const { bob } = await giveTokens(desk);
  const { token, credential } = await bob.createToken({ name: 'leaked' });
  await signInAs(desk.ada);
  await page.goto('/admin/tokens');
  await page.getByRole('button', { name: 'Identify…' }).click();
  await page.getByLabel('Text').fill(`401 ${credential.prefix}…\n401 kw_pat_zzzzzzzz…`);
  await page.getByRole('button', { name: 'Identify', exact: true }).click();
  const found = page.getByRole('list', { name: 'Found' }).getByRole('listitem');
  await expect(found).toHaveCount(2);
  await expect(found.nth(1)).toContainText('Unknown');
  await found.getByRole('button', { name: 'Revoke leaked' }).click();
  await page.getByRole('button', { name: 'Revoke token' }).click();
  await expect(found.first()).toContainText('Revoked');
  await expect(found.getByRole('button', { name: 'Revoke leaked' })).toHaveCount(0);
  await expect(page.getByRole('dialog', { name: 'Identify tokens' })).toBeVisible();
  expect((await desk.send('GET /api/v1/me', { token })).problem?.code).toBe('token_revoked');
});

test('nobody but an admin sees the page', async ({ desk, page, signInAs }) => {
  for (const [name, role] of [
    ['Vic', 'viewer'],
    ['Bob', 'member'],
    ['Mia', 'manager'],
  ] as const) {
    await signInAs(await desk.join(name, role));
    const answer = await page.goto('/admin/tokens');
    expect(answer?.status()).toBe(403);
    await page.goto('/dashboard');
    await expect(page.getByRole('link', { name: 'Everyone' })).toHaveCount(0);
  }
});
