import { createToken, tokenCard } from './desk-pages.ts';
import { expect, picture, test } from './fixtures.ts';

const hours = { hours: 13 };

test('whoever signed in long ago gives the password in between, and what they did goes on', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/tokens?sort=name');
  desk.clock.advance(hours);
  await createToken(page, 'laptop');
  const dialog = page.getByRole('alertdialog', { name: 'Confirm that it is you' });
  await expect(dialog.getByLabel('Your password')).toBeFocused();
  await expect(dialog.getByRole('link'), 'there is no other way in here').toHaveCount(0);
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(dialog.getByLabel('Your password')).toHaveAccessibleDescription('Enter your password.');
  await dialog.getByLabel('Your password').fill('not this one');
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('Your password')).toHaveAccessibleDescription('This is not your password.');
  await picture(page, 'confirm-wrong');
  await dialog.getByLabel('Your password').fill(desk.ada.password);
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Copy token' })).toBeVisible();
  await expect(page).toHaveURL('/tokens?sort=name');
});

test('who would rather not is back where they were, with all they had entered', async ({
  desk,
  page,
  signInAs,
}) => {
  await signInAs(desk.ada);
  await page.goto('/tokens');
  desk.clock.advance(hours);
  await createToken(page, 'laptop');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('laptop');
  await expect(page.getByText('Your sign-in is a while ago.')).toBeVisible();
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByLabel('Your password').fill(desk.ada.password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Copy token' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(tokenCard(page, 'laptop')).toBeVisible();
});
