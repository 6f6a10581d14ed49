import { chooseAction, tokenCard as card } from './desk-pages.ts';
import { expect, picture, test } from './fixtures.ts';

test('a higher role says which tokens it would let do more, and leaves them as they are unless told otherwise', async ({
  desk,
  page,
  signInAs,
}) => {
  const bob = await desk.join('Bob', 'member');
  const { token } = await bob.createToken({ name: 'laptop' });
  await bob.createToken({ name: 'narrow', permissions: ['mcp:call'] });
  const may = async () => (await desk.send('GET /api/v1/me', { token })).body['permissions'];
  const before = await may();
  await signInAs(desk.ada);
  await page.goto('/admin/users');
  const promote = async (role: string) => {
    await chooseAction(page, 'Bob', 'Edit…');
    await page.getByRole('dialog').getByRole('radio', { name: role }).check();
  };
  await promote('Manager');
  await expect(page.getByRole('dialog')).toContainText(
    'A token gets everything that the role allows: laptop. New',
  );
  await picture(page, 'role-gain');
  await page.getByRole('dialog').getByRole('radio', { name: 'Viewer' }).check();
  await expect(page.getByRole('dialog')).not.toContainText('laptop');
  await page.getByRole('dialog').getByRole('radio', { name: 'Manager' }).check();
  await expect(
    page.getByRole('dialog').getByRole('checkbox', { name: /Keep it at what a member may do/ }),
  ).toBeChecked();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(card(page, 'Bob').getByText('Manager')).toBeVisible();
  expect(await may()).toEqual(before);

  await bob.createToken({ name: 'desktop' });
  await promote('Admin');
  await expect(page.getByRole('dialog')).toContainText('everything that the role allows: desktop.');
  await page
    .getByRole('dialog')
    .getByRole('checkbox', { name: /Keep it/ })
    .uncheck();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(card(page, 'Bob').getByText('Admin')).toBeVisible();
});
