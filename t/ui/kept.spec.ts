import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, at, openBrowser, type Browser } from './browser';
import { apiUrl, post } from './server';

/* What a site keeps for its procedures: secrets, which nobody reads again, and prompts. */

let b: Browser;
const mark = Date.now().toString(36);
const secret = `UI_KEPT_${mark.toUpperCase()}`;
const value = `never-to-be-seen-${mark}`;
const prompt = `ui-greeting-${mark}`;

beforeAll(async () => {
  b = await openBrowser();
});

afterAll(async () => {
  await b.close();
});

test('a secret is kept, changed and deleted, and no page or answer has its value', async () => {
  const { page } = b;
  const seen: string[] = [];
  page.on('response', (response) => {
    if (!/\/api\//.test(response.url())) return;
    void response.text().then((text) => seen.push(text), () => undefined);
  });
  await page.goto(at('secrets'));
  await page.getByRole('button', { name: 'New secret' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  await dialog.getByText('This is needed').waitFor();
  await dialog.getByLabel('Name').fill(secret);
  await dialog.getByLabel('Value', { exact: true }).fill(value);
  expect(await dialog.getByLabel('Value', { exact: true }).getAttribute('type')).toBe('password');
  await dialog.getByLabel('Description').fill('For the test');
  expect(await accessibilityFaults(page)).toEqual([]);
  await b.shot('80-secret');
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  const mine = page.getByRole('list', { name: 'Secrets' }).getByRole('listitem')
    .filter({ hasText: secret });
  await mine.getByText('For the test').waitFor();
  await mine.getByText(/^version 1,/).waitFor();

  await mine.getByRole('button', { name: `Change ${secret}` }).click();
  expect(await dialog.getByLabel('New value').inputValue()).toBe('');
  await dialog.getByLabel('New value').fill(`${value}-2`);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await mine.getByText(/^version 2,/).waitFor();
  await page.reload();
  await mine.waitFor();
  expect(await page.content()).not.toContain(value);
  expect(seen.filter((text) => text.includes(value))).toEqual([]);

  await mine.getByRole('button', { name: `Delete ${secret}` }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await mine.waitFor({ state: 'detached' });
});

test('where values can come from says what is ready and what this site does not have', async () => {
  const { page } = b;
  await page.goto(at('secrets'));
  const keepers = page.locator('section').filter({
    has: page.getByRole('heading', { name: 'Where values can come from' }),
  });
  const state = (name: string) => keepers.getByRole('listitem').filter({ hasText: name });
  await state('db').getByText('ready').waitFor();
  await state('env').getByText('ready').waitFor();
  await state('vault').getByText('configured; nobody asked it yet').waitFor();
  const known = (await (await fetch(apiUrl('secrets/providers'))).json()) as {
    provider: string; error: string | null;
  }[];
  for (const { provider, error } of known) {
    if (error !== null) await state(provider).getByText(error).waitFor();
  }
  await b.shot('81-keepers');
});

test('a prompt is made, filled in, changed, and the version before is taken again', async () => {
  const { page } = b;
  await page.goto(at('llm?tab=prompts'));
  await page.getByRole('button', { name: 'New prompt' }).click();
  const making = page.getByRole('dialog', { name: 'New prompt' });
  await making.getByRole('textbox', { name: /^Name/ }).fill(prompt);
  await making.getByRole('textbox', { name: /^Prompt/ }).fill('Greet {{who}}.');
  await making.getByRole('button', { name: 'Create' }).click();
  await making.waitFor({ state: 'detached' });

  const mine = page.getByRole('list', { name: 'Prompts' }).getByRole('listitem')
    .filter({ hasText: prompt });
  await mine.getByText('version 1 in use').waitFor();
  await mine.getByRole('button', { name: 'Open' }).click();
  const one = page.getByRole('dialog', { name: prompt });
  await one.getByLabel('Variables to render it with').fill('{ "nobody": 1 }');
  await one.getByRole('button', { name: 'Render' }).click();
  await one.getByText('Missing: who').waitFor();
  await one.getByLabel('Variables to render it with').fill('{ "who": "Ada" }');
  await one.getByRole('button', { name: 'Render' }).click();
  await one.getByRole('region', { name: 'Rendered' }).getByText('Greet Ada.').waitFor();
  await b.shot('82-prompt');

  await one.getByRole('button', { name: 'New version' }).click();
  const next = page.getByRole('dialog', { name: `A new version of ${prompt}` });
  await next.getByRole('textbox', { name: /^Prompt/ }).fill('Greet {{who}} warmly.');
  await next.getByRole('button', { name: 'Make it' }).click();
  await mine.getByText('2 in all').waitFor();
  await post(`prompts/${prompt}/activate`, { version: 2 });
  await page.reload();
  await mine.getByText('version 2 in use').waitFor();
  await mine.getByRole('button', { name: 'Open' }).click();
  await one.getByRole('region', { name: 'Prompt', exact: true }).getByText('warmly').waitFor();
  await one.getByLabel('Version').selectOption('1');
  await one.getByLabel('A label').fill('production');
  await one.getByRole('button', { name: 'Label it' }).click();
  await one.getByText('production: version 1').waitFor();
  await one.getByRole('button', { name: 'Use version 1' }).click();
  await page.getByText('This version is in use from now on').first().waitFor();
  await one.getByRole('button', { name: 'Close' }).last().click();
  await mine.getByText('version 1 in use').waitFor();
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
