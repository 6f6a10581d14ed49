import { textOf } from '#server/testing/caller.ts';
import type { Desk } from '#server/testing/desk.ts';
import { signInByPassword } from './desk-pages.ts';
import { expect, test } from './fixtures.ts';
import { check, views } from './views.ts';

const form = (desk: Desk, path: string, fields: Record<string, string>, headers = {}) =>
  desk.send(`POST ${path}`, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    text: new URLSearchParams({ client_id: 'keyward-cli', ...fields }).toString(),
  });

async function ask(desk: Desk, fields: Record<string, string> = {}) {
  const { body } = await form(desk, '/oauth/device_authorization', { host: 'ada-laptop', ...fields });
  return {
    userCode: textOf(body['user_code']),
    address: textOf(body['verification_uri_complete']),
    poll: () =>
      form(desk, '/oauth/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: textOf(body['device_code']),
      }),
  };
}

for (const { view, width, height } of views) {
  test.describe(view, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });
    test(`whoever is sent to the page signs in, sees what asks, and lets it in or not, ${view}`, async ({
      desk,
      page,
    }) => {
      test.setTimeout(60_000);
      const cli = await ask(desk);
      await page.goto(cli.address);
      await signInByPassword(page, desk.ada.email, desk.ada.password);
      await expect(page).toHaveURL(`/device#${cli.userCode}`);
      await expect(page.getByText(cli.userCode)).toBeVisible();
      await expect(page.getByText('CLI on ada-laptop')).toBeVisible();
      await expect(page.getByText('127.0.0.1')).toBeVisible();
      await check(page, `device-${view}`);
      await page.getByRole('button', { name: 'Approve' }).click();
      await expect(page.getByRole('heading', { name: 'ada-laptop is let in' })).toBeFocused();
      await check(page, `device-approved-${view}`);
      expect((await cli.poll()).status).toBe(200);

      await page.goto('/dashboard');
      await page.goto('/device');
      await page.getByRole('button', { name: 'Continue' }).click();
      await expect(page.getByText('A code has eight letters')).toBeVisible();
      await page.getByLabel('Code').fill('bcdfghjk');
      await page.getByRole('button', { name: 'Continue' }).click();
      await expect(page.getByText('Nothing asks with this code.')).toBeVisible();
      await check(page, `device-unknown-${view}`);

      const far = await ask(desk, { scope: 'tokens:read profile:read', token_days: 'never' });
      await desk.sql("update device_requests set address = '203.0.113.9' where answered_at is null");
      desk.clock.advance({ hours: 13 });
      const late = await ask(desk, { host: 'b'.repeat(60) });
      await desk.sql("update device_requests set address = '203.0.113.9' where answered_at is null");
      await page.getByLabel('Code').fill(far.userCode.toLowerCase());
      await page.getByRole('button', { name: 'Continue' }).click();
      await expect(page.getByText('This code has expired')).toBeVisible();
      await page.getByLabel('Code').fill(late.userCode);
      await page.getByRole('button', { name: 'Continue' }).click();
      await expect(page.getByText('It asks from 203.0.113.9, and you are at 127.0.0.1.')).toBeVisible();
      await check(page, `device-elsewhere-${view}`);
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByLabel('Your password').fill(desk.ada.password);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('heading', { name: /is let in/ })).toBeVisible();

      const unwanted = await ask(desk);
      await page.goto('/dashboard');
      await page.goto(unwanted.address);
      await page.getByRole('button', { name: 'Deny' }).click();
      await expect(page.getByRole('heading', { name: 'ada-laptop is turned away' })).toBeVisible();
      await check(page, `device-denied-${view}`);
      expect(textOf((await unwanted.poll()).body['error'])).toBe('access_denied');
    });
  });
}

test('who may give less than is asked for, or nothing, is told so, and the code runs out', async ({
  desk,
  page,
  signInAs,
}) => {
  test.setTimeout(40_000);
  await signInAs(await desk.join('Bob', 'member'));
  await page.clock.install();
  const greedy = await ask(desk, { scope: 'users:write' });
  await page.goto(greedy.address);
  await expect(page.getByText('Your role does not have users:write.')).toBeVisible();
  await check(page, 'device-greedy');
  await page.getByRole('button', { name: 'Turn it away' }).click();
  await expect(page.getByRole('heading', { name: 'ada-laptop is turned away' })).toBeVisible();

  const slow = await ask(desk);
  await page.goto('/dashboard');
  await page.goto(slow.address);
  await expect(page.getByRole('button', { name: 'Approve' })).toBeVisible();
  await page.clock.fastForward('10:01');
  await expect(page.getByRole('heading', { name: 'The code has expired' })).toBeVisible();
  await check(page, 'device-expired');

  await page.goto('/dashboard');
  for (let n = 0; n < 10; n++) {
    const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    await desk.send('POST /trpc/device.find', { cookie, body: { userCode: 'BCDF-GHJK' } });
  }
  await page.goto(slow.address);
  await expect(page.getByText(/Too many tries/)).toBeVisible();
  await check(page, 'device-too-many');

  await signInAs(await desk.join('Vera', 'viewer'));
  await page.goto('/dashboard');
  await page.goto(slow.address);
  await expect(page.getByText('As a viewer you cannot let a command line in.')).toBeVisible();
  await check(page, 'device-viewer');
  await page.goto('/dashboard');
  await page.goto(slow.address);
  await page.getByRole('button', { name: 'Turn it away' }).click();
  await expect(page.getByText('is turned away')).toBeVisible();
});
