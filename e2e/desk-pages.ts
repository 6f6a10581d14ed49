import { expect, type Page } from '@playwright/test';

/** Where things are on the pages, in the words that a person would use. */
export const tokenCard = (page: Page, name: string) => page.getByRole('article', { name, exact: true });
export const tokenNames = (page: Page) => page.getByRole('article').getByRole('heading');
export const newToken = (page: Page) => page.getByRole('button', { name: 'New token' });
export const userMenu = (page: Page) => page.getByRole('button', { name: /^Account of/ });

export async function chooseAction(page: Page, token: string, action: string) {
  await page.getByRole('button', { name: `Actions for ${token}`, exact: true }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

/** Fills in the dialog's name and asks for the token. */
export async function createToken(page: Page, name: string) {
  await newToken(page).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('button', { name: 'Create token' }).click();
}

export async function signInByPassword(page: Page, email: string, password: string) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Waits until it is gone: a menu that opens while a dialog closes would close with it. */
export async function closeDialog(page: Page) {
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
}
