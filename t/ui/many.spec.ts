import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Download, Page } from 'playwright-core';
import { at, fixture, openBrowser, type Browser } from './browser';
import { apiUrl, approvalOf, importLetter, post, startRun } from './server';

/* Files that come and go, many runs at once, what runs leave behind, and the first page. */

let b: Browser;
let letter = '';
const mark = Date.now().toString(36);
const broken = `ui-many-broken-${mark}`;

beforeAll(async () => {
  b = await openBrowser();
  letter = await importLetter('ui-many');
  await post('procedures', {
    ckp_json: {
      procedure_id: broken,
      version: '1.0.0',
      workflow_graph: {
        start_node: 'try',
        nodes: {
          try: {
            type: 'sequence', agent: `nobody-${mark}`, next_node: 'end',
            steps: [{ step_id: 'call', action: 'no_such_thing' }],
          },
          end: { type: 'terminate' },
        },
      },
    },
  });
});

afterAll(async () => {
  await b.close();
});

async function failedRun(): Promise<string> {
  const run = (await post('runs', { procedure_id: broken })).run_id ?? '';
  await expect.poll(async () => {
    const one = (await (await fetch(apiUrl(`runs/${run}`))).json()) as { status: string };
    return one.status;
  }, { timeout: 15_000 }).toBe('failed');
  return run;
}

/** The text of the file that the page gives when that is done. */
async function given(page: Page, act: () => Promise<void>): Promise<[string, string]> {
  const [file]: [Download, void] = await Promise.all([page.waitForEvent('download'), act()]);
  return [file.suggestedFilename(), await readFile(await file.path(), 'utf8')];
}

test('a file that is dropped on the list of procedures is imported', async () => {
  const { page } = b;
  const id = `ui-dropped-${mark}`;
  const text = (await fixture('letter.json')).replace('"ui-letter"', JSON.stringify(id));
  await page.goto(at('procedures'));
  await page.getByRole('heading', { name: 'Procedures', level: 1 }).waitFor();
  const data = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], 'letter.json', { type: 'application/json' }));
    return transfer;
  }, text);
  const heading = page.getByRole('heading', { name: 'Procedures', level: 1 });
  await heading.dispatchEvent('dragover', { dataTransfer: data });
  await heading.dispatchEvent('drop', { dataTransfer: data });
  const dialog = page.getByRole('dialog', { name: 'Import a procedure' });
  expect(await dialog.getByLabel('Document', { exact: true }).inputValue()).toContain(id);
  await dialog.getByRole('button', { name: 'Import' }).click();
  await page.getByRole('heading', { name: 'A letter that somebody reads' }).waitFor();
  expect(page.url()).toContain(id);
});

test('a drop of nothing that could be imported is told', async () => {
  const { page } = b;
  await page.goto(at('procedures'));
  const heading = page.getByRole('heading', { name: 'Procedures', level: 1 });
  const data = await page.evaluateHandle(() => new DataTransfer());
  await heading.dispatchEvent('drop', { dataTransfer: data });
  await page.getByText('That was neither a file nor text').first().waitFor();
});

test('failed runs are tried again together, and then deleted together', async () => {
  const { page } = b;
  for (let n = 0; n < 5; n++) await failedRun();
  await page.goto(at(`runs?q=${broken}`));
  const list = page.getByRole('list', { name: 'Runs' });
  await expect.poll(() => list.getByRole('link').count(), { timeout: 15_000 }).toBe(5);
  const all = page.getByRole('checkbox', { name: 'Choose all that are shown' });
  const chosen = page.getByRole('group', { name: 'With those chosen' });

  await all.check();
  await chosen.getByRole('button', { name: 'Retry' }).click();
  const again = page.getByRole('dialog', { name: 'Try these runs again?' });
  await again.getByRole('progressbar', { name: '0 of 5 runs' }).waitFor({ state: 'attached' });
  await again.getByRole('button', { name: 'Retry them' }).click();
  await again.getByText('5 going on').waitFor();
  await again.getByRole('progressbar', { name: '5 of 5 runs' }).waitFor();
  await b.shot('70-retried');
  await again.getByRole('button', { name: 'Close' }).last().click();
  await expect.poll(() => list.getByText('Failed').count(), { timeout: 15_000 }).toBe(5);

  await all.check();
  await chosen.getByRole('button', { name: 'Delete' }).click();
  const away = page.getByRole('dialog', { name: 'Delete these runs?' });
  await away.getByRole('button', { name: 'Delete them' }).click();
  await away.getByText('5 deleted').waitFor();
  await away.getByRole('button', { name: 'Close' }).last().click();
  await page.getByText('No run matches').waitFor();
});

test('what could not be done with one of many is told with its reason', async () => {
  const { page } = b;
  const run = await startRun(letter);
  await post(`approvals/${await approvalOf(run)}/decision`, { decision: 'approved' });
  await page.goto(at(`runs?q=${run}`));
  await page.getByRole('list', { name: 'Runs' }).getByText('Completed').waitFor();
  await page.getByRole('checkbox', { name: 'Choose all that are shown' }).check();
  await page.getByRole('group', { name: 'With those chosen' })
    .getByRole('button', { name: 'Retry' }).click();
  const dialog = page.getByRole('dialog', { name: 'Try these runs again?' });
  await dialog.getByRole('button', { name: 'Retry them' }).click();
  await dialog.getByText('0 going on, 1 not').waitFor();
  expect(await dialog.getByRole('listitem').textContent()).toMatch(/\w{4}/);
  const { consoleErrors } = b.offences;
  expect(consoleErrors.filter((e) => !/status of 409/.test(e))).toEqual([]);
  consoleErrors.length = 0;
});

test('runs, one run and the audit trail are taken away as files', async () => {
  const { page } = b;
  const run = await startRun(letter);
  await approvalOf(run);
  await page.goto(at(`runs?q=${run}`));
  await page.getByRole('list', { name: 'Runs' }).getByText('Waiting for approval').waitFor();
  const [csvName, csv] = await given(page, () =>
    page.getByRole('button', { name: 'CSV' }).click());
  const [head, ...rows] = csv.trimEnd().split('\r\n');
  expect([csvName, head?.split(',')[0], rows.length]).toEqual(['runs.csv', 'run_id', 1]);
  expect(rows[0]).toContain(`${run},${letter},1.0.0,waiting_approval,`);
  const [, json] = await given(page, () => page.getByRole('button', { name: 'JSON' }).click());
  expect(JSON.parse(json)).toMatchObject([{ run_id: run, procedure_id: letter }]);

  await page.goto(at(`runs/${run}`));
  await page.getByRole('list', { name: 'Timeline' }).getByText('Approval requested').waitFor();
  const [oneName, one] = await given(page, () =>
    page.getByRole('button', { name: 'Export as JSON' }).click());
  expect(oneName).toMatch(/^run-.*\.json$/);
  const whole = JSON.parse(one) as { run: { run_id: string }; events: { event_type: string }[] };
  expect(whole.run.run_id).toBe(run);
  expect(whole.events.map((e) => e.event_type)).toContain('approval_requested');

  await page.goto(at(`procedures/${encodeURIComponent(letter)}`));
  const [documentName, document] = await given(page, () =>
    page.getByRole('button', { name: 'Export as JSON' }).click());
  expect(documentName).toMatch(/-1\.0\.0\.json$/);
  expect(JSON.parse(document)).toMatchObject({ procedure_id: letter, version: '1.0.0' });

  await page.goto(at('audit?category=procedure'));
  const [, some] = await given(page, () =>
    page.getByRole('link', { name: 'Export these' }).click());
  const kinds = some.trimEnd().split('\n').map((l) => (JSON.parse(l) as { category: string }));
  expect(new Set(kinds.map((k) => k.category))).toEqual(new Set(['procedure']));
  await page.goto(at('audit'));
  const [auditName, lines] = await given(page, () =>
    page.getByRole('link', { name: 'Export' }).click());
  expect(auditName).toBe('audit.ndjson');
  expect(JSON.parse(lines.split('\n')[0] ?? '')).toHaveProperty('hash');
});

test('what a run was sent is looked at: a text, a picture, and what has no preview', async () => {
  const { page } = b;
  const run = await startRun(letter);
  await approvalOf(run);
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAA'
    + 'BJRU5ErkJggg==';
  const files: [string, string, Buffer][] = [
    ['notes.txt', 'text/plain', Buffer.from('what the agent noted <b>here</b>')],
    ['dot.png', 'image/png', Buffer.from(pixel, 'base64')],
    ['blob.bin', 'application/octet-stream', Buffer.from([0, 1, 2, 0xff, 0])],
  ];
  for (const [name, type, body] of files) {
    const put = await fetch(apiUrl(`artifacts/${run}/${name}`), {
      method: 'PUT', headers: { 'Content-Type': type }, body: new Uint8Array(body),
    });
    expect(put.status).toBe(201);
  }
  await page.goto(at(`runs/${run}?tab=artifacts`));
  const row = (name: string) => page.getByRole('list', { name: 'Artifacts' })
    .getByRole('listitem').filter({ hasText: name });
  await row('notes.txt').getByRole('button', { name: 'Preview' }).click();
  await row('notes.txt').getByText('what the agent noted <b>here</b>').waitFor();
  await row('dot.png').getByRole('button', { name: 'Preview' }).click();
  const picture = row('dot.png').getByRole('img', { name: 'dot.png' });
  await expect.poll(() => picture.evaluate((el) => (el as HTMLImageElement).naturalWidth)).toBe(1);
  await row('blob.bin').getByRole('button', { name: 'Preview' }).click();
  await row('blob.bin').getByText(/^There is no preview of this/).waitFor();
  await b.shot('71-artifacts');
  const [name, text] = await given(page, () =>
    row('notes.txt').getByRole('link', { name: 'Download' }).click());
  expect([name, text]).toEqual(['notes.txt', 'what the agent noted <b>here</b>']);
  const { consoleErrors } = b.offences;
  expect(consoleErrors.filter((e) => !/status of 415/.test(e))).toEqual([]);
  consoleErrors.length = 0;
});

test('a run leads to the runs that it started, and they lead back', async () => {
  const { page } = b;
  const parent = `ui-parent-${mark}`;
  await post('procedures', {
    ckp_json: {
      procedure_id: parent,
      version: '1.0.0',
      variables_schema: {
        who: { type: 'string', default: 'Ada' }, copies: { type: 'integer', default: 1 },
      },
      workflow_graph: {
        start_node: 'sub',
        nodes: {
          sub: {
            type: 'subflow', procedure_id: letter, version: '1.0.0', isolation: 'child_run',
            next_node: 'end', input_mapping: { reader: 'who', copies: 'copies' },
          },
          end: { type: 'terminate' },
        },
      },
    },
  });
  const { run_id: run } = await post('runs', { procedure_id: parent });
  await page.goto(at(`runs/${run}?tab=data`));
  const kid = page.getByRole('list', { name: 'Child runs' }).getByRole('link');
  await kid.click();
  await page.waitForURL((url) => !url.pathname.endsWith(run ?? ''));
  await page.getByRole('tab', { name: 'Inputs and outputs' }).click();
  await page.getByRole('link', { name: run ?? '', exact: true }).click();
  await page.waitForURL((url) => url.pathname.endsWith(run ?? ''));
});

test('one key does things, too: also on the page where they are done', async () => {
  const { page } = b;
  const palette = async (words: string) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search' }).waitFor();
    await page.keyboard.type(words);
    await page.getByRole('listbox', { name: 'Results' }).getByRole('option')
      .filter({ hasText: words }).first().waitFor();
    await page.keyboard.press('Enter');
  };
  await page.goto(at('procedures'));
  await page.getByRole('list', { name: 'Procedures' }).waitFor();
  await palette('Import a procedure');
  const dialog = page.getByRole('dialog', { name: 'Import a procedure' });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(new URL(page.url()).search).toBe('');

  await page.goto(at('runs?q=something'));
  const sought = page.getByRole('searchbox', { name: 'Search runs' });
  expect(await sought.inputValue()).toBe('something');
  await palette('Runs that failed');
  await page.waitForURL(/runs\?status=failed/);
  await expect.poll(() => sought.inputValue()).toBe('');
  const run = await startRun(letter);
  await palette(run);
  await page.getByRole('heading', { name: new RegExp(letter.split(':')[0] ?? '') }).waitFor();
  expect(page.url()).toContain(run);

  const ground = () => page.evaluate(
    () => getComputedStyle(document.documentElement).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light' });
  const before = await ground();
  for (let n = 0; n < 3 && (await ground()) === before; n++) await palette('Change the theme');
  expect(await ground()).not.toBe(before);
  await page.evaluate(() => localStorage.clear());
});

test('the first page counts as the server does, and puts failures of one cause together',
  async () => {
    const { page } = b;
    for (let n = 0; n < 3; n++) await failedRun();
    await page.goto(at(''));
    const count = (name: string) => page.getByRole('list', { name: 'Counts' })
      .getByRole('link').filter({ hasText: name });
    const total = async (status: string) => {
      const answer = await fetch(apiUrl(`runs?status=${status}&limit=0&total=true`));
      return Number(answer.headers.get('X-Total-Count'));
    };
    for (const [name, status] of [
      ['Failed', 'failed'], ['Completed', 'completed'], ['Waiting', 'waiting_approval'],
    ] as const) {
      const wanted = (await total(status)).toLocaleString('en');
      await expect.poll(() => count(name).textContent(), { timeout: 15_000 })
        .toMatch(new RegExp(`^${wanted}\\D`));
    }
    const cause = page.getByRole('list', { name: 'Failures by cause' }).getByRole('listitem')
      .filter({ hasText: broken });
    await cause.getByText('3×').waitFor();
    expect(await cause.count()).toBe(1);
    await page.getByRole('table', { name: 'Runs by the hour' }).waitFor({ state: 'attached' });
    await b.shot('72-dashboard');
    await cause.getByRole('link').click();
    await expect.poll(() => page.getByRole('list', { name: 'Runs' }).getByRole('link').count(), {
      timeout: 15_000,
    }).toBe(3);
  });

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
