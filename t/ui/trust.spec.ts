import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, at, openBrowser, type Browser } from './browser';
import { apiUrl, approvalOf, importLetter, startRun } from './server';

/* Deputies, a password of one's own, and a link by which somebody answers without a login. */

const locked = process.env.LANGORCH_LOCKED_URL;
const top = new URL(locked ?? 'http://127.0.0.1/ui/');
const name = `pia-${Date.now().toString(36)}`;
const old = 'quite-a-long-one';
const fresh = 'another-long-one';
let b: Browser;

async function login(username: string, password: string): Promise<Response> {
  return fetch(new URL('../api/auth/login', top), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'langorch' },
    body: JSON.stringify({ username, password }),
  });
}

beforeAll(async () => {
  if (!locked) return;
  b = await openBrowser(top);
  const answer = await login('root', process.env.LANGORCH_LOCKED_PASSWORD ?? '');
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const made = await fetch(new URL('../api/users', top), {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json', 'X-Requested-With': 'langorch', Cookie: cookie,
    },
    body: JSON.stringify({
      username: name, email: `${name}@example.org`, password: old, role: 'approver',
    }),
  });
  expect([made.status, await made.text()]).toEqual([201, expect.any(String)]);
});

afterAll(async () => {
  if (locked) await b.close();
});

test.runIf(locked)('a deputy is named for some days, and ended', async () => {
  const { page } = b;
  await page.goto(new URL('approvals', top).href);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(old);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Deputies' }).click();
  const dialog = page.getByRole('dialog', { name: 'Deputies' });
  await dialog.getByText('No deputies').waitFor();
  const form = dialog.getByRole('form', { name: 'New deputy' });
  await form.getByLabel('Deputy').fill('ben');
  const soon = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  await form.getByLabel('Until').fill(soon);
  await form.getByLabel('Reason').fill('away');
  await form.getByRole('button', { name: 'Name a deputy' }).click();
  const mine = dialog.getByRole('list', { name: 'Deputies' });
  await mine.getByText(/^ben for pia|ben/).first().waitFor();
  await mine.getByText(/away$/).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await mine.getByRole('button', { name: 'End ben' }).click();
  await dialog.getByText('No deputies').waitFor();
  await page.keyboard.press('Escape');
});

test.runIf(locked)('one changes the own password, and the old one is none', async () => {
  const { page } = b;
  await page.getByRole('button', { name: `Account: ${name}` }).click();
  await page.getByRole('button', { name: 'Change the password' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change the password' });
  await dialog.getByLabel('The one you have').fill(old);
  await dialog.getByLabel(/^The new one *required/).fill(fresh);
  await dialog.getByLabel('The new one once more').fill('something-else');
  await dialog.getByRole('button', { name: 'Change it' }).click();
  await dialog.getByText('The new one is not the same twice').waitFor();
  await dialog.getByLabel('The new one once more').fill(fresh);
  await dialog.getByRole('button', { name: 'Change it' }).click();
  await page.getByText('The password is changed').first().waitFor();
  expect((await login(name, old)).status).toBe(401);
  expect((await login(name, fresh)).status).toBe(200);
  await page.reload();
  await page.getByRole('button', { name: `Account: ${name}` }).waitFor();
});

test('a link is made, and whoever has it answers once without the console', async () => {
  const run = await startRun(await importLetter('ui-link'));
  const approval = await approvalOf(run);
  const one = await openBrowser();
  const other = await openBrowser();
  try {
    await one.page.goto(at(`approvals/${approval}`));
    const card = one.page.getByRole('article', { name: 'Approval' });
    await card.getByRole('button', { name: 'A link to answer by' }).click();
    const link = card.getByText(/\/answer\?token=/);
    await link.waitFor();
    await other.page.goto((await link.textContent()) ?? '');
    await other.page.getByText('Send the letter to Grace?').first().waitFor();
    await other.page.getByRole('button', { name: /approve/i }).click();
    await card.getByText('Approved', { exact: true }).waitFor();
    const stored = await fetch(apiUrl(`approvals/${approval}`));
    expect(await stored.json()).toMatchObject({ status: 'approved' });
    expect(one.offences).toEqual({
      consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
    });
  } finally {
    await one.close();
    await other.close();
  }
});

test.runIf(locked)('nothing of this broke a rule of the browser', () => {
  const { consoleErrors, ...rest } = b.offences;
  expect(rest).toEqual({ policyViolations: [], foreignRequests: [], serverErrors: [] });
  expect(consoleErrors.filter((e) => !/status of 401/.test(e))).toEqual([]);
});
