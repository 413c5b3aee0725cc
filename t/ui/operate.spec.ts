import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Locator } from 'playwright-core';
import { startAgent, type Agent } from './agent';
import { at, openBrowser, type Browser } from './browser';
import { apiUrl, approvalOf, importLetter, post, startRun } from './server';

/* What operators do with a run under way, and how they look at what it did. */

let b: Browser;
let agent: Agent;
const mark = Date.now().toString(36);
const channel = `ui-operate-${mark}`;
let letter = '';

beforeAll(async () => {
  b = await openBrowser();
  agent = await startAgent({
    linger: () => 'hold',
    stamp: () => ({ status: 'success', result: { stamped: true } }),
  });
  await post('agents', {
    agent_id: channel, name: channel, channel, base_url: agent.url, concurrency_limit: 4,
    capabilities: ['linger', 'stamp'],
  });
  letter = await importLetter('ui-operate');
});

afterAll(async () => {
  await fetch(apiUrl(`agents/${channel}`), { method: 'DELETE' });
  await agent.close();
  await b.close();
});

function step(action: string, next: string): object {
  const steps = [{ step_id: action, action }];
  return { type: 'sequence', agent: channel, next_node: next, steps };
}

function timeline(): Locator {
  return b.page.getByRole('list', { name: 'Timeline' });
}

test('a run is held at its next step, and goes on when it is let', async () => {
  const { page } = b;
  const id = `ui-held-${mark}`;
  await post('procedures', {
    ckp_json: {
      procedure_id: id,
      version: '1.0.0',
      workflow_graph: {
        start_node: 'sit',
        nodes: {
          sit: step('linger', 'stamp'), stamp: step('stamp', 'end'), end: { type: 'terminate' },
        },
      },
    },
  });
  const { run_id: run } = await post('runs', { procedure_id: id });
  await expect.poll(() => agent.asked.length, { timeout: 15_000 }).toBe(1);
  await page.goto(at(`runs/${run}`));
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('Held at its next step').first().waitFor();
  agent.release();
  await timeline().getByText('Run paused').waitFor();
  expect(agent.asked.map((a) => a.action)).toEqual(['linger']);
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await timeline().getByText('Run completed').waitFor();
  expect(agent.asked.map((a) => a.action)).toEqual(['linger', 'stamp']);
});

test('bars show what took how long, and one leads to its event', async () => {
  const { page } = b;
  const run = await startRun(letter);
  await approvalOf(run);
  await page.goto(at(`runs/${run}?show=gantt`));
  const bars = page.getByRole('list', { name: 'Nodes and steps over time' });
  await bars.getByRole('button').filter({ hasText: 'compose' }).click();
  await page.getByRole('region', { name: 'the payload' }).waitFor();
  expect(new URL(page.url()).searchParams.get('event')).toMatch(/^\d+$/);
});

test('two runs are laid beside each other, and what differs is marked', async () => {
  const { page } = b;
  const [one, other] = [await startRun(letter), await startRun(letter)];
  const approval = await approvalOf(other);
  await approvalOf(one);
  await post(`approvals/${approval}/decision`, { decision: 'approved' });
  await page.goto(at(`runs?procedure_id=${encodeURIComponent(letter)}`));
  const list = page.getByRole('list', { name: 'Runs' });
  for (const run of [one, other]) {
    await list.getByRole('checkbox', { name: new RegExp(run.slice(-8)) }).check();
  }
  await page.getByRole('link', { name: 'Compare' }).click();
  const table = page.getByRole('table');
  await table.getByRole('link', { name: letter }).first().waitFor();
  await table.getByRole('row').filter({ hasText: 'send (differs)' }).waitFor();
  await table.getByRole('row').filter({ hasText: 'not reached' }).first().waitFor();
  const same = table.getByRole('row').filter({ hasText: /^reader/ }).first();
  await same.getByText('"Grace"').first().waitFor();
  expect(await same.getByText('(differs)').count()).toBe(0);
});

test('runs of a period are found, and the period is in the address', async () => {
  const { page } = b;
  await page.goto(at(`runs?procedure_id=${encodeURIComponent(letter)}`));
  await page.getByRole('button', { name: /^Filters/ }).click();
  await page.getByLabel('Created').selectOption('24h');
  const list = page.getByRole('list', { name: 'Runs' });
  await list.getByRole('link').first().waitFor();
  expect(new URL(page.url()).searchParams.get('period')).toBe('24h');
  await page.getByLabel('Created').selectOption('');
  await page.getByLabel('To', { exact: true }).fill('2020-01-01');
  await page.getByText('No run matches').waitFor();
  await page.getByRole('button', { name: 'Clear these' }).click();
  await list.getByRole('link').first().waitFor();
});

test('the palette begins things wherever one is', async () => {
  const { page } = b;
  await page.goto(at('settings'));
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  const results = page.getByRole('listbox', { name: 'Results' });
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search' }).fill('register');
  await results.getByRole('option', { name: 'Register an agent' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByLabel('Name').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(new URL(page.url()).search).toBe('');

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search' }).fill(letter);
  await results.getByRole('option', { name: /^Start a run of A letter/ }).click();
  await page.getByRole('dialog', { name: /^Run A letter/ }).getByLabel('Reader').waitFor();
});

test('arrow keys go through a list, also to rows that are not drawn yet', async () => {
  const { page } = b;
  for (let n = 0; n < 40; n++) await startRun(letter);
  await page.goto(at(`runs?q=${encodeURIComponent(letter)}`));
  const rows = page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
  await rows.first().getByRole('link').focus();
  const place = () => page.evaluate(
    () => document.activeElement?.closest('li')?.getAttribute('aria-posinset'));
  await page.keyboard.press('ArrowDown');
  await expect.poll(place).toBe('2');
  await page.keyboard.press('End');
  await expect.poll(async () => Number(await place())).toBeGreaterThan(40);
  await page.keyboard.press('Home');
  await expect.poll(place).toBe('1');
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
