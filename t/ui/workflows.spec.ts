import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, at, openBrowser, type Browser } from './browser';
import { apiUrl, approvalOf, post } from './server';

/* Graphs of agents and lists of steps are written in a form, checked, run and changed. */

let b: Browser;
const name = `Ask ${Date.now().toString(36)}`;

beforeAll(async () => {
  b = await openBrowser();
});

afterAll(async () => {
  await b.close();
});

test('a graph is written in the form, and what is wrong is said while one writes', async () => {
  const { page } = b;
  await page.goto(at('workflows'));
  await page.getByRole('button', { name: 'New graph' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill(name);
  await dialog.getByRole('button', { name: 'Remove look' }).click();
  await dialog.getByLabel('Node 1').fill('agree');
  await dialog.getByLabel('What is asked').fill('Is it good?');
  await dialog.getByRole('button', { name: 'Add a node' }).click();
  const nodes = dialog.getByRole('list', { name: 'Nodes' }).getByRole('listitem');
  await dialog.getByText(/agent_call node node_2 must have/).waitFor();
  await nodes.nth(1).getByLabel('Kind').selectOption('end');
  const levels = dialog.getByRole('region', { name: 'Levels' });
  await levels.getByText('Level 2').waitFor();
  expect(await dialog.getByRole('list', { name: 'What is wrong' }).count()).toBe(0);
  expect(await accessibilityFaults(page)).toEqual([]);

  await dialog.getByLabel('node_2 waits for agree').uncheck();
  await levels.getByText('Level 2').waitFor({ state: 'detached' });
  await dialog.getByLabel('node_2 waits for agree').check();
  await dialog.getByRole('button', { name: 'JSON' }).click();
  const text = await dialog.getByLabel('Definition').inputValue();
  expect(JSON.parse(text)).toMatchObject({
    name,
    nodes: [{ node_id: 'agree' }, { node_id: 'node_2', node_type: 'end' }],
    edges: [{ from_node_id: 'agree', to_node_id: 'node_2' }],
  });
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
});

test('a run of it is watched on its levels, and asks', async () => {
  const { page } = b;
  await page.getByRole('button', { name: 'Start a run' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  await page.waitForURL(/run=/);
  const run = new URL(page.url()).searchParams.get('run') ?? '';
  await post(`approvals/${await approvalOf(run)}/decision`, { decision: 'approved' });
  const levels = page.getByRole('region', { name: 'Levels' });
  await expect
    .poll(() => levels.getByText('Completed').count(), { timeout: 15_000 })
    .toBe(2);
});

test('it is changed in the same form, which keeps what was there', async () => {
  const { page } = b;
  await page.getByRole('button', { name: 'Change' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByLabel('What is asked').inputValue()).toBe('Is it good?');
  await dialog.getByLabel('What is asked').fill('Is it very good?');
  await dialog.getByLabel('Node 1').fill('nod');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('region', { name: 'Levels' }).getByText('nod', { exact: true }).waitFor();
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const stored = await fetch(apiUrl(`v1/workflows/${id}`));
  expect(await stored.json()).toMatchObject({
    version: 2,
    nodes: [{ node_id: 'nod', config: { prompt: 'Is it very good?' } }, { node_id: 'node_2' }],
    edges: [{ from_node_id: 'nod', to_node_id: 'node_2' }],
  });
});

test('a list of steps is written in its form on a phone', async () => {
  const { page } = b;
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(at('workflows?tab=lists'));
  await page.getByRole('button', { name: 'New list of steps' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill(`List of ${name}`);
  await dialog.getByRole('button', { name: 'Remove charge' }).click();
  expect(await dialog.getByLabel('ship waits for validate').isChecked()).toBe(true);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(360);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: `List of ${name}`, level: 1 }).waitFor();
  await page.getByRole('region', { name: 'Levels' }).getByText('Level 2').waitFor();
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
