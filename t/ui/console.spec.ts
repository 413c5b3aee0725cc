import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, fixture, openBrowser, ready, top, type Browser } from './browser';

/*
 * One way through the console, as its users go it.  The tests build on each other: each is
 * a stage of the way, and a stage that fails takes those behind it along.
 */

let b: Browser;
const id = `ui-letter-${Date.now().toString(36)}`;
let runPage = '';

beforeAll(async () => {
  b = await openBrowser();
});

afterAll(async () => {
  await b.close();
});

test('the console opens and says that the server is ready', async () => {
  const { page } = b;
  await page.goto(top.href);
  await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
  await page.getByText(ready).waitFor();
  await b.shot('01-dashboard');
  expect(await page.title()).toBe('Dashboard · LangOrch');
});

test('a pasted document that is not JSON is refused where it is pasted', async () => {
  const { page } = b;
  await page.getByRole('link', { name: 'Procedures', exact: true }).click();
  await page.getByRole('button', { name: 'Import' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Import a procedure' });
  await dialog.getByLabel('Document', { exact: true }).fill('{ "procedure_id": ');
  await dialog.getByRole('button', { name: 'Import' }).click();
  await dialog.getByText('This is not JSON').waitFor();
  await b.shot('02-import-refused');
});

test('a pasted procedure is checked and imported', async () => {
  const { page } = b;
  const document = (await fixture('letter.json')).replace('"ui-letter"', JSON.stringify(id));
  const dialog = page.getByRole('dialog', { name: 'Import a procedure' });
  await dialog.getByLabel('Document', { exact: true }).fill(document);
  await dialog.getByRole('button', { name: 'Check' }).click();
  await dialog.getByText(/^It compiles/).waitFor();
  await b.shot('03-import-checked');

  await dialog.getByRole('button', { name: 'Import' }).click();
  await page.getByRole('heading', { name: 'A letter that somebody reads' }).waitFor();
  await b.shot('04-procedure');
  await page.getByRole('tab', { name: 'Graph' }).click();
  await page.getByRole('list', { name: 'Nodes' }).getByText('agree', { exact: true }).waitFor();
  await b.shot('05-graph');
  expect(await page.getByRole('list', { name: 'Nodes' }).getByRole('listitem').count()).toBe(5);
});

test('the form of a run says what is wrong before anything is sent', async () => {
  const { page } = b;
  await page.getByRole('button', { name: 'Start a run' }).click();
  const dialog = page.getByRole('dialog', { name: /^Run A letter/ });
  await dialog.getByLabel('Copies').fill('9');
  await dialog.getByText('Must be at most 5').waitFor();
  await dialog.getByRole('button', { name: 'Start' }).click();
  await dialog.getByText('This field is required').waitFor();
  await b.shot('06-start-refused');
  expect(await dialog.getByLabel('letter', { exact: true }).count()).toBe(0);
});

test('a run starts and its timeline reaches the approval by itself', async () => {
  const { page } = b;
  const dialog = page.getByRole('dialog', { name: /^Run A letter/ });
  await dialog.getByLabel('Reader').fill('Ada');
  await dialog.getByLabel('Copies').fill('2');
  await dialog.getByRole('button', { name: 'Start' }).click();

  const timeline = page.getByRole('list', { name: 'Timeline' });
  await timeline.getByText('written for Ada').waitFor();
  await timeline.getByText('Approval requested').waitFor();
  await page.getByText('Waiting for approval').first().waitFor();
  runPage = page.url();
  await timeline.getByText('Approval requested').click();
  await page.getByRole('region', { name: 'the payload' }).getByText('approval_id').waitFor();
  await b.shot('07-run-waiting');
});

test('the decision is taken in the inbox and the run completes', async () => {
  const { page } = b;
  await page.getByRole('link', { name: /^Approvals/ }).click();
  const inbox = page.getByRole('list', { name: 'Approvals' });
  await inbox.getByRole('link').filter({ hasText: id }).click();
  const card = page.getByRole('article', { name: 'Approval' });
  await card.getByText('Dear Ada, here are 2 copies.').waitFor();
  await card.getByLabel('Comment').fill('Well put');
  await b.shot('08-approval');
  await card.getByRole('button', { name: 'Approve' }).click();
  await card.getByText('Approved', { exact: true }).waitFor();
  await b.shot('09-decided');

  await card.getByRole('link', { name: id }).click();
  const timeline = page.getByRole('list', { name: 'Timeline' });
  await timeline.getByText('sent to Ada').waitFor();
  await timeline.getByText('Run completed').waitFor();
  await page.getByText('Completed', { exact: true }).waitFor();
  await b.shot('10-run-completed');
  expect(page.url()).toBe(runPage);
});

test('the address of a run opens that run, also in the dark and on a phone', async () => {
  const { page } = b;
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(runPage);
  await page.getByRole('list', { name: 'Timeline' }).getByText('Run completed').waitFor();
  await b.shot('11-run-dark');
  await page.setViewportSize({ width: 360, height: 740 });
  await b.shot('12-run-phone');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(360);
});

test.each([
  '', 'procedures', 'runs', 'approvals', 'agents', 'builder', 'triggers', 'workflows', 'orders',
  'mcp', 'llm', 'secrets', 'projects', 'leases', 'audit', 'settings',
])(
  'the page "%s" fits a phone',
  async (path) => {
    const { page } = b;
    await page.goto(at(path));
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
    await page
      .getByRole('main')
      .getByRole('status', { name: 'Loading' })
      .first()
      .waitFor({ state: 'detached' });
    await b.shot(`20-phone-${path || 'dashboard'}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(360);
  },
);

test.each(['procedures', 'runs', 'approvals', 'agents'])(
  'the page "%s" is drawn in both themes',
  async (path) => {
    const { page } = b;
    await page.setViewportSize({ width: 1280, height: 860 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(at(path));
      await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
      await page
        .getByRole('main')
        .getByRole('status', { name: 'Loading' })
        .first()
        .waitFor({ state: 'detached' });
      await b.shot(`30-${path}-${colorScheme}`);
    }
    const ground = await page.evaluate(
      () => getComputedStyle(document.documentElement).backgroundColor,
    );
    expect(ground).toBe('rgb(16, 19, 18)');
  },
);

test('on the whole way nothing broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [],
    policyViolations: [],
    foreignRequests: [],
    serverErrors: [],
  });
});
