import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, at, openBrowser, type Browser } from './browser';
import { apiUrl, post } from './server';

/* Slots of a schedule that are over are fired from the page of triggers. */

const id = `ui-backfill-${Date.now().toString(36)}`;
let b: Browser;

beforeAll(async () => {
  b = await openBrowser();
  await post('procedures', {
    ckp_json: {
      procedure_id: id,
      version: '1.0.0',
      variables_schema: { n: { type: 'number', required: true } },
      trigger: { type: 'scheduled', schedule: '0 * 2 1 *' },
      workflow_graph: { start_node: 'end', nodes: { end: { type: 'terminate' } } },
    },
  });
  await post(`triggers/${id}/1.0.0`, { trigger_type: 'scheduled' });
});

afterAll(async () => {
  await fetch(apiUrl(`triggers/${id}/1.0.0?purge=true`), { method: 'DELETE' });
  await b.close();
});

test('a backfill tells why it stops, is canceled, and another one goes to its end', async () => {
  const { page } = b;
  await page.goto(at('triggers'));
  const open = page.getByRole('button', { name: `Backfills of ${id}` });
  await open.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^From/).fill('2026-01-01T00:00');
  await dialog.getByLabel('To').fill('2026-01-04T00:00');
  await dialog.getByLabel('At once').fill('5');
  await dialog.getByRole('button', { name: 'Begin' }).click();

  const list = dialog.getByRole('list', { name: 'Backfills' });
  await list.getByText('Paused').waitFor();
  await list.getByText(/input/i).waitFor();
  await list.getByText('0 of 24 slots fired').waitFor();
  await b.shot('62-backfills');
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await accessibilityFaults(page)).toEqual([]);
  }
  await list.getByRole('button', { name: 'Cancel' }).click();
  await list.getByText('Canceled').waitFor();

  await post(`triggers/${id}/1.0.0`, { trigger_type: 'scheduled', input_mapping: { n: 1 } });
  await dialog.getByLabel(/^From/).fill('2026-01-01T00:00');
  await dialog.getByLabel('To').fill('2026-01-04T00:00');
  await dialog.getByRole('button', { name: 'Begin' }).click();
  await list.getByText(/^24 of 24 slots fired/).waitFor();
  await list.getByText('Completed').waitFor();
  expect(await list.getByRole('listitem').count()).toBe(2);
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
