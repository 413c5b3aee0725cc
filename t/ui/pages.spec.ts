import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, openBrowser, type Browser } from './browser';
import { apiUrl, approvalOf, importLetter, post, startRun } from './server';

/* The smaller pages, and what is the same on all of them. */

let b: Browser;
let id = '';
const mark = Date.now().toString(36);

beforeAll(async () => {
  b = await openBrowser();
  id = await importLetter('ui-pages');
});

afterAll(async () => {
  await b.close();
});

/** What the browser noted so far may only be this, which the test asked for. */
function forgive(what: RegExp): void {
  const { consoleErrors } = b.offences;
  expect(consoleErrors.filter((e) => !what.test(e))).toEqual([]);
  consoleErrors.length = 0;
}

test('one key leads anywhere: to pages, procedures and runs', async () => {
  const { page } = b;
  await page.goto(at(''));
  await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search' }).waitFor();
  const found = page.getByRole('listbox', { name: 'Results' }).getByRole('option');
  await page.keyboard.type('audit');
  await found.filter({ hasText: 'Audit' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Audit', level: 1 }).waitFor();

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search' }).waitFor();
  await page.keyboard.type(id);
  await found.filter({ hasText: id }).first().waitFor();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'A letter that somebody reads' }).waitFor();
});

test('questions come by themselves, and what somebody else decided is shown as done', async () => {
  const { page } = b;
  await page.goto(at('approvals'));
  const run = await startRun(id);
  const approval = await approvalOf(run);
  const inbox = page.getByRole('list', { name: 'Approvals' });
  await inbox.getByRole('link').filter({ hasText: id }).first().click();
  await page.goto(at(`approvals/${approval}`));
  const card = page.getByRole('article', { name: 'Approval' });
  await card.getByRole('button', { name: 'Approve' }).waitFor();

  const second = await openBrowser();
  try {
    await second.page.goto(at(`approvals/${approval}`));
    await second.page.getByRole('button', { name: 'Approve' }).click();
    await second.page.getByText('Approved', { exact: true }).waitFor();
  } finally {
    await second.close();
  }
  await card.getByText('Approved', { exact: true }).waitFor();
  expect(await card.getByRole('button', { name: 'Approve' }).count()).toBe(0);
});

test('a project is made, changed and deleted', async () => {
  const { page } = b;
  const name = `Test ${mark}`;
  await page.goto(at('projects'));
  await page.getByRole('button', { name: 'New project' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.getByText('This is needed').waitFor();
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Create' }).click();
  const mine = page.getByRole('list', { name: 'Projects' }).getByText(name);
  await mine.waitFor();
  await page.getByRole('button', { name: `Edit ${name}` }).click();
  await dialog.getByLabel('Description').fill('For a while');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('For a while').first().waitFor();
  await page.getByRole('button', { name: `Delete ${name}` }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await mine.waitFor({ state: 'detached' });
});

test('a list of steps moves an order, and each step is seen', async () => {
  const { page } = b;
  await page.goto(at('orders'));
  await page.getByLabel('Amount').fill('12.5');
  await page.getByRole('button', { name: 'Make' }).click();
  await page.waitForURL(/orders\/.+/);
  const order = new URL(page.url()).pathname.split('/').at(-1) ?? '';

  await page.goto(at('workflows?tab=lists'));
  await page.getByRole('button', { name: 'New list of steps' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'Fulfil an order', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Start a run' }).click();
  await page.getByRole('dialog').getByLabel('Order').fill(order);
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  await expect
    .poll(() => page.getByRole('region', { name: 'Levels' }).getByText('Completed').count(), {
      timeout: 15_000,
    })
    .toBe(3);
  await page.getByRole('link', { name: 'its order' }).click();
  await page.getByText('Shipped').waitFor();
});

test('a trigger tells when it would fire, is set, and remembers', async () => {
  const { page } = b;
  await page.goto(at('triggers'));
  await page.getByRole('button', { name: 'New trigger' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Procedure').fill(id);
  await dialog.getByLabel('Version').fill('1.0.0');
  await dialog.getByLabel('Schedule').fill('61 * * * *');
  await dialog.getByText(/^Cron schedule must/).waitFor();
  await dialog.getByLabel('Schedule').fill('0 6 1 1 *');
  await expect.poll(() => dialog.getByRole('listitem').count()).toBeGreaterThan(2);
  await dialog.getByRole('button', { name: 'Set it' }).click();
  const mine = page
    .getByRole('list', { name: 'Triggers' })
    .getByRole('listitem')
    .filter({ hasText: id });
  await mine.getByText('scheduled').waitFor();
  await mine.getByRole('button', { name: /^History/ }).click();
  await dialog.getByText('It has not fired yet').waitFor();
  forgive(/status of 422/);
});

test('a webhook says who may call it, what its inputs are, and how it is called', async () => {
  const { page } = b;
  const hook = await importLetter('ui-hook');
  await page.goto(at('triggers'));
  await page.getByRole('button', { name: 'New trigger' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Procedure').fill(hook);
  await dialog.getByLabel('Version').fill('1.0.0');
  await dialog.getByLabel('What starts it').selectOption('webhook');
  await dialog.getByText(apiUrl(`triggers/webhook/${encodeURIComponent(hook)}`).href).first()
    .waitFor();
  await dialog.getByText(/^body='\{\}'\nsignature=/).waitFor();
  await dialog.getByLabel('Secret').fill('UI_HOOK');
  await dialog.getByLabel('Who may call').fill('192.0.2.0/24\n192.0.2.0/99');
  await dialog.getByRole('button', { name: 'Add an input' }).click();
  await dialog.getByLabel('Variable 1', { exact: true }).fill('reader');
  await dialog.getByText('It needs a pointer, a template or a value').waitFor();
  await dialog.getByLabel('Where variable 1 comes from').fill('/who/name');
  await dialog.getByRole('button', { name: 'Set it' }).click();
  await dialog.getByRole('alert').first().waitFor();
  await dialog.getByLabel('Who may call').fill('192.0.2.0/24\n2001:db8::7');
  await dialog.getByRole('button', { name: 'Set it' }).click();
  await dialog.waitFor({ state: 'detached' });

  await page.getByRole('button', { name: `Edit ${hook}` }).click();
  expect(await dialog.getByLabel('Where variable 1 comes from').inputValue()).toBe('/who/name');
  await dialog.getByLabel('Runs at once').fill('3');
  await dialog.getByRole('button', { name: 'Set it' }).click();
  await dialog.waitFor({ state: 'detached' });
  const stored = await fetch(apiUrl(`triggers/${encodeURIComponent(hook)}/1.0.0`));
  expect(await stored.json()).toMatchObject({
    allowed_sources: ['192.0.2.0/24', '2001:db8::7'],
    input_mapping: { reader: '/who/name' },
    webhook_secret: 'UI_HOOK',
    max_concurrent_runs: 3,
  });

  const mine = page.getByRole('listitem').filter({ hasText: hook });
  await mine.getByRole('button', { name: 'Fire now' }).click();
  await dialog.getByLabel('Reader').fill('Ada');
  await dialog.getByLabel('Copies').fill('1');
  await dialog.getByRole('button', { name: 'Fire' }).click();
  await page.getByRole('list', { name: 'Timeline' }).getByText('written for Ada').waitFor();
  await page.goto(at('triggers'));
  await mine.getByRole('button', { name: /^History/ }).click();
  await dialog.getByText('fired', { exact: true }).waitFor();
  await dialog.getByText('invalid_inputs', { exact: true }).waitFor();
  forgive(/status of 422/);
});

test('an agent is registered, held and removed', async () => {
  const { page } = b;
  const name = `Nobody ${mark}`;
  await page.goto(at('agents'));
  await page.getByRole('button', { name: 'Register one' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Channel').fill('nowhere');
  await dialog.getByLabel('Address').fill('http://127.0.0.1:9');
  await dialog.getByLabel('What it can do').fill('nothing');
  await dialog.getByRole('button', { name: 'Register' }).click();
  const card = page
    .getByRole('list', { name: 'Agents' })
    .getByRole('listitem')
    .filter({ hasText: name });
  await card.getByRole('button', { name: 'Hold calls' }).click();
  await card.getByRole('button', { name: 'Let calls through' }).click();
  await card.getByRole('button', { name: 'Hold calls' }).waitFor();
  await page.getByRole('button', { name: `Remove ${name}` }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await card.waitFor({ state: 'detached' });
});

test('a trail of what was changed is there, and the server is told as it is', async () => {
  const { page } = b;
  await page.goto(at('audit?category=project'));
  await page
    .getByRole('list', { name: 'Audit trail' })
    .getByText(/project\/create/)
    .first()
    .waitFor();
  await page.goto(at('settings'));
  await page
    .getByRole('list', { name: 'Workers' })
    .getByText(/^process \d+$/)
    .first()
    .waitFor();
});

test.skipIf(!process.env.LANGORCH_MASTER)(
  'while somebody watches, NGINX is reloaded, and nothing is missed',
  async () => {
    const { page } = b;
    const run = await startRun(id);
    const approval = await approvalOf(run);
    await page.goto(at(`runs/${run}`));
    await page.getByRole('status').filter({ hasText: /^Live/ }).waitFor();
    process.kill(Number(process.env.LANGORCH_MASTER), 'SIGHUP');
    await page
      .getByRole('status')
      .filter({ hasText: /^Reconnecting/ })
      .waitFor();
    await post(`approvals/${approval}/decision`, { decision: 'approved' });
    const timeline = page.getByRole('list', { name: 'Timeline' });
    await timeline.getByText('Run completed').waitFor();
    expect(await page.getByText(/\d missing/).count()).toBe(0);
    /* a worker that is about to end opens no stream, and says so */
    forgive(/ERR_|status of 503/);
    const { serverErrors } = b.offences;
    expect(serverErrors.filter((e) => !/^503 .*\/stream$/.test(e))).toEqual([]);
    serverErrors.length = 0;
  },
);

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [],
    policyViolations: [],
    foreignRequests: [],
    serverErrors: [],
  });
});
