/** What a person does in a browser. */
import type { Page } from 'playwright-core';

/** Logs in at the forms of node-oidc-provider, and consents where it asks. */
export async function signInUpstream(page: Page, login: string): Promise<void> {
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('any password');
  await page.locator('button[type=submit]').click();
  await page.waitForLoadState();
  const consent = page.locator('input[name=prompt][value=consent]');
  if ((await consent.count()) > 0) await page.locator('button[type=submit]').click();
}

/** Logs in at the password form of Ostiary. */
export async function signInWithPassword(page: Page, login: string, password: string): Promise<void> {
  await page.locator('#login').fill(login);
  await page.locator('#password').fill(password);
  await page.locator('#submit-login').click();
}

/** Says yes on the consent page of Ostiary. */
export async function approve(page: Page): Promise<void> {
  await page.locator('form:has(input[name=approval][value=approve]) button').click();
}
