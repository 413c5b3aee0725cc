import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, fixture, openBrowser, type Browser } from './browser';
import { apiUrl, importLetter, post } from './server';

/* What authors do with a procedure that is there. */

let b: Browser;
let id = '';

beforeAll(async () => {
  b = await openBrowser();
  id = await importLetter('ui-procedures');
  const document = JSON.parse(await fixture('letter.json')) as Record<string, unknown>;
  await post('procedures', {
    ckp_json: { ...document, procedure_id: id, version: '1.1.0', description: 'Another one.' },
  });
});

afterAll(async () => {
  await b.close();
});

function page(query: string): string {
  return at(`procedures/${encodeURIComponent(id)}?${query}`);
}

test('two versions are shown side by side, with what changed', async () => {
  await b.page.goto(page('tab=versions'));
  await b.page.getByRole('button', { name: 'Compare' }).click();
  const before = b.page.getByRole('textbox', { name: 'Version 1.0.0' });
  const after = b.page.getByRole('textbox', { name: 'Version 1.1.0' });
  await after.getByText('"description": "Another one."').waitFor();
  await before.getByText('"version": "1.0.0"').waitFor();
  /* what is the same in both is folded away, and comes when it is asked for */
  expect(await after.getByText('"allowed_values"').count()).toBe(0);
  await b.page.getByRole('button', { name: 'Show all lines' }).click();
  await after.getByText('"allowed_values"').waitFor();
  expect(new URL(b.page.url()).searchParams.get('from')).toBe('1.0.0');
});

test('the compiler speaks at the line while one writes, and the text is saved', async () => {
  await b.page.goto(page('tab=json&version=1.1.0'));
  const text = b.page.getByRole('textbox', { name: 'Document' });
  await text.getByText('"Another one."').click();
  await b.page.keyboard.press('Home');
  await b.page.keyboard.type('"global_config": 7, ');
  await b.page.getByText(/^It does not compile/).waitFor();
  await b.page.getByRole('list', { name: 'Diagnostics' }).waitFor();
  await b.page.getByRole('button', { name: 'Undo all' }).click();
  await b.page.getByText(/^It compiles/).waitFor();

  await text.getByText('"Another one."').click();
  await b.page.keyboard.press('Home');
  await b.page.keyboard.type('"author": "a test", ');
  await b.page.getByRole('button', { name: 'Save', exact: true }).click();
  await b.page
    .getByText(/^Saved /)
    .first()
    .waitFor();
  const url = apiUrl(`procedures/${encodeURIComponent(id)}/1.1.0`);
  const stored = (await (await fetch(url)).json()) as { ckp_json: { author?: string } };
  expect(stored.ckp_json.author).toBe('a test');
});

test('a version is promoted, and the channel is rolled back to the one before', async () => {
  const channel = () => b.page.getByRole('list', { name: 'Channels' }).getByRole('listitem').nth(2);
  for (const version of ['1.0.0', '1.1.0']) {
    await b.page.goto(page(`tab=releases&version=${version}`));
    await channel()
      .getByRole('button', { name: `Promote ${version}` })
      .click();
    const dialog = b.page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('the test says so');
    await dialog.getByRole('button', { name: 'Promote' }).click();
    await channel().getByText(version, { exact: true }).waitFor();
  }
  await channel().getByRole('button', { name: 'Roll back' }).click();
  await b.page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await channel().getByText('1.0.0', { exact: true }).waitFor();
  await b.page.getByText('Rollback', { exact: true }).waitFor();
});

test('many runs start from a table, and a row that does not fit is told first', async () => {
  await b.page.goto(page('version=1.0.0'));
  await b.page.getByRole('button', { name: 'Run many' }).click();
  const dialog = b.page.getByRole('dialog');
  await dialog.getByLabel('Inputs', { exact: true }).fill('reader,copies\nGrace,1\nada,2');
  await dialog.getByText(/^reader: Does not match/).waitFor();
  await dialog.getByLabel('Inputs', { exact: true }).fill('reader,copies\nGrace,1\nAda,2');
  await dialog.getByRole('button', { name: 'Start 2 runs' }).click();
  await dialog.getByText('2 runs started').waitFor();
});

test('inputs that were kept are there the next time', async () => {
  await b.page.goto(page('version=1.0.0'));
  await b.page.getByRole('button', { name: 'Start a run' }).click();
  const dialog = b.page.getByRole('dialog');
  await dialog.getByLabel('Reader').fill('Edith');
  await dialog.getByText('Saved inputs').click();
  await dialog.getByLabel('Name for these inputs').fill('for Edith');
  await dialog.getByRole('button', { name: 'Keep' }).click();
  await b.page.reload();
  await b.page.getByRole('button', { name: 'Start a run' }).click();
  await dialog.getByText('Saved inputs (1)').click();
  await dialog.getByRole('button', { name: 'for Edith', exact: true }).click();
  expect(await dialog.getByLabel('Reader').inputValue()).toBe('Edith');
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [],
    policyViolations: [],
    foreignRequests: [],
    serverErrors: [],
  });
});
