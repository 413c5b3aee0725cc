import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, openBrowser, type Browser } from './browser';
import { apiUrl } from './server';

/* What an administrator changes while the site runs, and what only nginx.conf changes. */

let b: Browser;

async function config(): Promise<Record<string, unknown>> {
  return (await (await fetch(apiUrl('config'))).json()) as Record<string, unknown>;
}

async function patch(body: object): Promise<void> {
  await fetch(apiUrl('config'), {
    method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
}

beforeAll(async () => {
  b = await openBrowser();
  await patch({ run_retention_days: null });
});

afterAll(async () => {
  await patch({ run_retention_days: null });
  await b.close();
});

test('what cannot be is said at its field, and nothing of it is sent', async () => {
  const { page } = b;
  await page.goto(at('settings?tab=settings'));
  const form = page.getByRole('form', { name: 'Settings' });
  await form.getByLabel('Runs are kept for').fill('36501');
  await form.getByText('Must be from 0 to 36,500').waitFor();
  await form.getByRole('button', { name: 'Save' }).click();
  expect((await config()).run_retention_days).toBe(0);
});

test('a setting is changed, said to be changed here, and taken back', async () => {
  const { page } = b;
  const form = page.getByRole('form', { name: 'Settings' });
  await form.getByLabel('Runs are kept for').fill('90');
  await form.getByText('One setting is not saved').waitFor();
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('changed here').waitFor();
  expect((await config()).run_retention_days).toBe(90);

  await page.goto(at('settings?tab=limits'));
  await page.getByLabel('Find a limit').fill('run_days');
  const row = page.getByRole('row').filter({ hasText: 'langorch_run_days' });
  await row.getByText('changed here').waitFor();
  expect(await page.getByRole('rowheader').count()).toBe(1);

  await page.goto(at('settings?tab=settings'));
  await form.getByRole('button', { name: 'Take it back: Runs are kept for' }).click();
  await form.getByText('changed here').waitFor({ state: 'detached' });
  expect((await config()).run_retention_days).toBe(0);
});

test('what nginx.conf says is shown and not changed here', async () => {
  const { page } = b;
  const { mutable, sources } = (await config()) as {
    mutable: string[];
    sources: Record<string, string>;
  };
  const fixed = Object.keys(sources).filter((name) => !mutable.includes(name));
  const disabled = page.getByRole('form', { name: 'Settings' }).locator('input:disabled');
  expect(await disabled.count()).toBe(fixed.length);
});

test('what is configured is tried, and the failure told', async () => {
  const { page } = b;
  await page.getByRole('button', { name: 'Send an alert' }).click();
  await page.getByText('The site has no address for alerts').first().waitFor();
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
