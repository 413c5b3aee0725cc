import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, at, openBrowser, settled, type Browser } from './browser';
import { everyPage } from './every';
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

const names = everyPage({ procedure: '-', run: '-', approval: '-' }).map(([name]) => name);

test.each(names)('%s can be used by everybody, in light and dark', async (name) => {
  const { page } = b;
  const path = everyPage({ procedure: id, run, approval }).find(([n]) => n === name)?.[1];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(at(path ?? 'nowhere'));
    await settled(page);
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

test('none of the pages broke a rule of the browser', () => {
  const { consoleErrors, ...others } = b.offences;
  expect(others).toEqual({ policyViolations: [], foreignRequests: [], serverErrors: [] });
  expect(consoleErrors).toEqual([]);
});
