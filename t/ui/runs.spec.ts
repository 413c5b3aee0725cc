import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, openBrowser, type Browser } from './browser';
import { approvalOf, importLetter, post, startRun } from './server';

/* What operators do with one run and with many. */

let b: Browser;
let id = '';
let run = '';
let failed = '';

const broken = `ui-broken-${Date.now().toString(36)}`;

beforeAll(async () => {
  b = await openBrowser();
  id = await importLetter('ui-runs');
  run = await startRun(id);
  await post('procedures', {
    ckp_json: {
      procedure_id: broken,
      version: '1.0.0',
      workflow_graph: {
        start_node: 'try',
        nodes: {
          try: {
            type: 'sequence',
            agent: 'nobody',
            next_node: 'end',
            steps: [{ step_id: 'call', action: 'no_such_thing' }],
          },
          end: { type: 'terminate' },
        },
      },
    },
  });
  failed = (await post('runs', { procedure_id: broken })).run_id ?? '';
  await approvalOf(run);
});

afterAll(async () => {
  await b.close();
});

test('a failed run says in one sentence why, and where', async () => {
  const { page } = b;
  await page.goto(at(`runs/${failed}`));
  await page
    .getByRole('status')
    .filter({ hasText: /^It failed at try, in step call/ })
    .waitFor();
});

test('the graph shows where the run is, and a node leads to its events', async () => {
  const { page } = b;
  await page.goto(at(`runs/${run}?tab=graph`));
  const nodes = page.getByRole('list', { name: 'Nodes' });
  await nodes.getByRole('button').filter({ hasText: 'Waiting' }).click();
  const timeline = page.getByRole('list', { name: 'Timeline' });
  await timeline.getByText('Approval requested').waitFor();
  expect(await timeline.getByText('Run created').count()).toBe(0);
});

test('the variables are shown as they were at each kept state', async () => {
  const { page } = b;
  await page.goto(at(`runs/${run}?tab=checkpoints`));
  const vars = page.getByRole('list', { name: 'Variables' });
  await vars.getByText('"Dear Grace, here are 1 copies."').waitFor();
  await page.getByRole('slider', { name: 'Point in time' }).focus();
  await page.keyboard.press('Home');
  await vars.getByText('"Dear Grace, here are 1 copies."').waitFor({ state: 'detached' });
  await vars.getByText('"Grace"').waitFor();
});

test('another run begins with a state whose variables were changed', async () => {
  const { page } = b;
  await page.goto(at(`runs/${run}?tab=checkpoints`));
  await page.getByRole('slider', { name: 'Point in time' }).focus();
  await page.keyboard.press('Home');
  await page.getByRole('button', { name: 'Go on from here' }).click();
  const dialog = page.getByRole('dialog', { name: 'Go on from here' });
  const vars = dialog.getByLabel('Variables');
  await vars.fill((await vars.inputValue()).replace('"Grace"', '"Edith"'));
  await dialog.getByText('1 variable changed: reader').waitFor();
  await dialog.getByRole('button', { name: 'Start another run' }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(run));
  await page.getByRole('list', { name: 'Timeline' }).getByText('written for Edith').waitFor();
});

test('runs are found by filters in the address, and a view of them by its name', async () => {
  const { page } = b;
  await page.goto(at(`runs?q=${broken}`));
  const list = page.getByRole('list', { name: 'Runs' });
  await expect.poll(() => list.getByRole('link').count()).toBe(1);
  await page.getByRole('button', { name: 'Save this view' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('broken ones');
  await page.keyboard.press('Enter');
  await page.goto(at('runs'));
  await page.getByRole('list', { name: 'Saved views' }).getByText('broken ones').click();
  await expect.poll(() => list.getByRole('link').count()).toBe(1);
  expect(new URL(page.url()).searchParams.get('q')).toBe(broken);
});

test('chosen runs are canceled together, and those that are over are told', async () => {
  const { page } = b;
  await startRun(id);
  await page.goto(at(`runs?q=${encodeURIComponent(id)}&status=waiting_approval`));
  const list = page.getByRole('list', { name: 'Runs' });
  await expect.poll(() => list.getByRole('link').count()).toBeGreaterThan(1);
  await page.getByRole('checkbox', { name: 'Choose all that are shown' }).check();
  await page
    .getByRole('group', { name: 'With those chosen' })
    .getByRole('button', { name: 'Cancel' })
    .click();
  const dialog = page.getByRole('dialog', { name: 'Cancel these runs?' });
  await dialog.getByRole('button', { name: 'Cancel them' }).click();
  await dialog.getByText(/^\d+ canceled$/).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.getByText('No run matches').waitFor();
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [],
    policyViolations: [],
    foreignRequests: [],
    serverErrors: [],
  });
});
