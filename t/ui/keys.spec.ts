import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, ready, top, type Browser } from './browser';
import { importLetter, startRun } from './server';

/* The way of an approver and of an operator without a mouse. */

let b: Browser;
let id = '';

beforeAll(async () => {
  b = await openBrowser();
  id = await importLetter('ui-keys');
});

afterAll(async () => {
  await b.close();
});

test('g and a letter go to the pages, ? lists the keys and Escape closes the list', async () => {
  const { page } = b;
  await page.goto(top.href);
  await page.getByText(ready).waitFor();
  for (const [key, name] of [['p', 'Procedures'], ['r', 'Runs'], ['t', 'Agents']] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  }
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await list.waitFor();
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'detached' });
});

test('a run is found, started and watched from the keyboard', async () => {
  const { page } = b;
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.getByRole('list', { name: 'Procedures' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type(id);
  const found = page.getByRole('list', { name: 'Procedures' }).getByRole('link');
  await found.filter({ hasText: id }).waitFor();
  await found.filter({ hasText: id }).focus();
  await page.keyboard.press('Enter');

  await page.getByRole('button', { name: 'Start a run' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('Grace');
  await page.keyboard.press('Tab');
  await page.keyboard.type('3');
  await page.keyboard.press('Enter');
  await page.getByRole('list', { name: 'Timeline' }).getByText('written for Grace').waitFor();
});

test('j goes through the inbox, x rejects, and the rejected run failed', async () => {
  const { page } = b;
  const run = await startRun(id);
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  const mine = page.getByRole('list', { name: 'Approvals' }).getByRole('link');
  await expect.poll(() => mine.filter({ hasText: id }).count(), { timeout: 15_000 }).toBe(2);

  const card = page.getByRole('article', { name: 'Approval' });
  const wanted = card.getByRole('link', { name: run });
  for (let n = await mine.count(); n > 0 && (await wanted.count()) === 0; n--) {
    const before = page.url();
    await page.keyboard.press('j');
    await page.waitForURL((url) => url.href !== before);
    await card.getByText('Pending').waitFor();
  }
  await wanted.waitFor();
  await page.keyboard.press('x');
  await card.getByText('Rejected', { exact: true }).waitFor();

  await page.goto(new URL(`runs/${run}`, top).href);
  await page.getByRole('list', { name: 'Timeline' }).getByText('Run failed').waitFor();
});

test('a run that waits is canceled, and its approval is withdrawn', async () => {
  const { page } = b;
  const run = await startRun(id);
  await page.goto(new URL(`runs/${run}`, top).href);
  const timeline = page.getByRole('list', { name: 'Timeline' });
  await timeline.getByText('Approval requested').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Cancel this run?' }).waitFor();
  await page.keyboard.type('not needed');
  await page.getByRole('button', { name: 'Cancel the run' }).focus();
  await page.keyboard.press('Enter');
  await timeline.getByText('Run canceled').waitFor();
  await page.getByText('Canceled', { exact: true }).first().waitFor();
});

test('with the keyboard alone nothing broke a rule of the browser either', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
