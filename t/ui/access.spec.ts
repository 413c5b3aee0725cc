import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, at, openBrowser, type Browser } from './browser';
import { approvalOf, importLetter, startRun } from './server';

/* Every page, in both themes, as those have it who do not see it or not well. */

let b: Browser;
let id = '';
let run = '';
let approval = '';

beforeAll(async () => {
  b = await openBrowser();
  id = await importLetter('ui-access');
  run = await startRun(id);
  approval = await approvalOf(run);
});

afterAll(async () => {
  await b.close();
});

const pages: [name: string, path: () => string][] = [
  ['dashboard', () => ''],
  ['procedures', () => 'procedures'],
  ['procedure', () => `procedures/${id}`],
  ['graph of a procedure', () => `procedures/${id}?tab=graph`],
  ['document of a procedure', () => `procedures/${id}?tab=json`],
  ['versions of a procedure', () => `procedures/${id}?tab=versions`],
  ['comparison of versions', () => `procedures/${id}?tab=diff`],
  ['releases of a procedure', () => `procedures/${id}?tab=releases`],
  ['explanation of a procedure', () => `procedures/${id}?tab=explain`],
  ['triggers of a procedure', () => `procedures/${id}?tab=triggers`],
  ['runs of a procedure', () => `procedures/${id}?tab=runs`],
  ['check of a procedure', () => `procedures/${id}?tab=check`],
  ['builder', () => `builder/${id}`],
  ['text and graph in the builder', () => `builder/${id}?show=split`],
  ['outline in the builder', () => `builder/${id}?show=outline`],
  ['runs', () => 'runs'],
  ['run', () => `runs/${run}`],
  ['data of a run', () => `runs/${run}?tab=data`],
  ['diagnostics of a run', () => `runs/${run}?tab=diagnostics`],
  ['states of a run', () => `runs/${run}?tab=checkpoints`],
  ['graph of a run', () => `runs/${run}?tab=graph`],
  ['bars of a run', () => `runs/${run}?show=gantt`],
  ['artifacts of a run', () => `runs/${run}?tab=artifacts`],
  ['models of a run', () => `runs/${run}?tab=models`],
  ['event of a run', () => `runs/${run}?event=2`],
  ['comparison of a run with itself', () => `runs?compare=${run},${run}`],
  ['approvals', () => 'approvals'],
  ['approval', () => `approvals/${approval}`],
  ['agents', () => 'agents'],
  ...[
    'agents?tab=pools',
    'triggers',
    'workflows',
    'workflows?tab=lists',
    'workflows?tab=runs',
    'orders',
    'mcp',
    'mcp?tab=servers',
    'llm',
    'llm?tab=prompts',
    'llm?tab=usage',
    'secrets',
    'projects',
    'leases',
    'audit',
    'settings',
    'settings?tab=figures',
    'settings?tab=limits',
    'users',
    'tokens',
    'tokens?whose=all',
    'login',
  ].map((page): [string, () => string] => [page, () => page]),
];

test.each(pages)('the %s can be used by everybody, in light and dark', async (_, path) => {
  const { page } = b;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(at(path()));
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page
      .getByRole('status', { name: /^Loading/ })
      .first()
      .waitFor({ state: 'detached' });
    if (await page.locator('.react-flow').count()) {
      /* lines are drawn once the boxes were measured */
      await page.locator('.react-flow__edge').first().waitFor({ state: 'attached' });
    }
    expect(await accessibilityFaults(page)).toEqual([]);
  }
});

test('so can the dialogs', async () => {
  const { page } = b;
  await page.goto(at(`procedures/${id}`));
  await page.getByRole('button', { name: 'Start a run' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  await page.getByText('This field is required').first().waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.goto(at('procedures'));
  await page.getByRole('button', { name: 'Import' }).first().click();
  await page.getByRole('dialog').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
});
