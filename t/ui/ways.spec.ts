import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { at, fixture, openBrowser, type Browser } from './browser';
import { startProxy } from './proxy';
import { apiUrl, approvalOf, importLetter, post, startRun } from './server';

/*
 * The ways that people go most: with the keys alone, where Tab has to reach what Enter does;
 * on a phone; with a connection that is lost; with two people at the same question.
 */

let b: Browser;
const mark = Date.now().toString(36);
const id = `ui-ways-${mark}`;
const built = `ui-ways-built-${mark}`;
let run = '';

beforeAll(async () => {
  b = await openBrowser();
});

afterAll(async () => {
  await b.close();
});

/** Presses Tab until something has the focus; fails when it is not reached that way. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor();
  for (let n = 0; n < 150; n++) {
    if (await wanted.evaluate((el) => el === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${String(wanted)}`);
}

async function press(page: Page, wanted: Locator): Promise<void> {
  await tabTo(page, wanted);
  await page.keyboard.press('Enter');
}

test('by keys: a procedure is imported, run and watched', async () => {
  const { page } = b;
  await page.goto(at(''));
  await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.getByRole('heading', { name: 'Procedures', level: 1 }).waitFor();
  await press(page, page.getByRole('button', { name: 'Import' }).first());
  const dialog = page.getByRole('dialog', { name: 'Import a procedure' });
  await tabTo(page, dialog.getByLabel('Document', { exact: true }));
  const document = (await fixture('letter.json')).replace('"ui-letter"', JSON.stringify(id));
  await page.keyboard.insertText(document);
  await press(page, dialog.getByRole('button', { name: 'Import' }));
  await page.getByRole('heading', { name: 'A letter that somebody reads' }).waitFor();

  await press(page, page.getByRole('button', { name: 'Start a run' }));
  await page.getByRole('dialog', { name: /^Run A letter/ }).waitFor();
  await page.keyboard.type('Grace');
  await page.keyboard.press('Tab');
  await page.keyboard.type('2');
  await page.keyboard.press('Enter');
  const timeline = page.getByRole('list', { name: 'Timeline' });
  await timeline.getByText('Approval requested').waitFor();
  run = new URL(page.url()).pathname.split('/').at(-1) ?? '';
});

test('by keys: what it asks is rejected, looked into, and tried again with changes', async () => {
  const { page } = b;
  await page.goto(at(`approvals/${await approvalOf(run)}`));
  const card = page.getByRole('article', { name: 'Approval' });
  await card.getByText('Pending').waitFor();
  await page.keyboard.press('x');
  await card.getByText('Rejected', { exact: true }).waitFor();
  await press(page, card.getByRole('link').first());
  const timeline = page.getByRole('list', { name: 'Timeline' });
  await timeline.getByText('Run failed').waitFor();

  await press(page, timeline.getByRole('button').filter({ hasText: 'Run created' }));
  await page.getByRole('region', { name: 'the payload' }).waitFor();
  await page.keyboard.press('Escape');

  await press(page, page.getByRole('button', { name: 'Retry' }));
  const dialog = page.getByRole('dialog', { name: 'Try again' });
  await tabTo(page, dialog.getByRole('radio').first());
  await page.keyboard.press('ArrowDown');
  await tabTo(page, dialog.getByRole('textbox', { name: 'Inputs' }));
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText('{ "reader": "Edith", "copies": 3 }');
  await press(page, dialog.getByRole('button', { name: 'Start a new run' }));
  await page.waitForURL((url) => !url.pathname.endsWith(run));
  await timeline.getByText('written for Edith').waitFor();
  expect(await timeline.getByText('written for Grace').count()).toBe(0);
});

test('by keys: a procedure is built from nothing, published and run', async () => {
  const { page } = b;
  await page.goto(at('builder?show=outline'));
  await page.getByText('compiles', { exact: true }).waitFor();
  const nodes = page.getByRole('navigation', { name: 'Node types' });
  await press(page, nodes.getByRole('button', { name: 'Approval' }));
  const fields = page.getByRole('complementary', { name: 'Fields' });
  await tabTo(page, fields.getByLabel('Prompt'));
  await page.keyboard.type('Is this well built?');
  const outline = page.getByRole('list', { name: 'Outline of the graph' });
  const choose = async (label: string, start: string) => {
    await tabTo(page, outline.getByLabel(label));
    await page.keyboard.type(start);
  };
  await choose('Where next of begin leads', 'human');
  await choose('Lead yes of human_approval to', 'end');
  await choose('Lead no of human_approval to', 'end');
  await page.getByText('compiles', { exact: true }).waitFor();
  await press(page, page.getByRole('button', { name: 'Publish', exact: true }));
  const dialog = page.getByRole('dialog', { name: 'Publish' });
  await tabTo(page, dialog.getByLabel('Procedure id'));
  await page.keyboard.press('Control+a');
  await page.keyboard.type(built);
  await press(page, dialog.getByRole('button', { name: 'Publish' }));
  await press(page, page.getByRole('button', { name: 'Start a run' }));
  await press(page, page.getByRole('dialog').getByRole('button', { name: 'Start' }));
  await page.getByRole('list', { name: 'Timeline' }).getByText('Is this well built?').waitFor();
});

test('a lost connection is told, and what happened meanwhile is there afterwards', async () => {
  const lost = await startRun(await importLetter('ui-lost'));
  const approval = await approvalOf(lost);
  const line = await startProxy((url) => url);
  const other = await openBrowser(new URL(line.url));
  try {
    const { page } = other;
    const path = new URL(at(`runs/${lost}`)).pathname;
    await page.goto(line.url + path);
    const state = page.getByRole('status');
    await state.filter({ hasText: /^Live/ }).waitFor();
    await line.lose();
    await state.filter({ hasText: /^Reconnecting/ }).waitFor();
    await post(`approvals/${approval}/decision`, { decision: 'approved' });
    await line.mend();
    await page.getByRole('list', { name: 'Timeline' }).getByText('Run completed').waitFor();
    expect(await page.getByText(/\d missing/).count()).toBe(0);
    const { consoleErrors, ...rest } = other.offences;
    expect(rest).toEqual({ policyViolations: [], foreignRequests: [], serverErrors: [] });
    expect(consoleErrors.filter((e) => !/ERR_/.test(e))).toEqual([]);
  } finally {
    await other.close();
    line.close();
  }
});

test('of two people who decide at the same moment one counts, and both are told', async () => {
  const letter = await importLetter('ui-both');
  const both = await startRun(letter);
  const approval = await approvalOf(both);
  const second = await openBrowser();
  const decisions = '**/decision';
  let sent = 0;
  let meet = () => {};
  const met = new Promise<void>((resolve) => { meet = resolve; });
  try {
    const pages = [b.page, second.page];
    for (const page of pages) {
      await page.goto(at(`approvals/${approval}`));
      await page.getByRole('button', { name: 'Approve' }).waitFor();
      /* neither arrives before both have clicked: who hears of the other has no button */
      await page.route(decisions, async (route) => {
        sent += 1;
        if (sent === pages.length) meet();
        await met;
        await route.continue();
      });
    }
    await Promise.all([
      b.page.getByRole('button', { name: 'Approve' }).click(),
      second.page.getByRole('button', { name: 'Reject' }).click(),
    ]);
    for (const page of pages) {
      const card = page.getByRole('article', { name: 'Approval' });
      await card.getByText(/^(Approved|Rejected)$/).waitFor();
      expect(await card.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    }
    const said = await Promise.all(
      pages.map((page) => page.getByText(/^(Approved|Rejected)$/).first().textContent()),
    );
    const stored = await fetch(apiUrl(`approvals/${approval}`));
    const { status } = (await stored.json()) as { status: string };
    expect(said.map((word) => word?.toLowerCase())).toEqual([status, status]);
    expect(sent).toBe(pages.length);
  } finally {
    await b.page.unroute(decisions);
    await second.close();
  }
  const { consoleErrors } = b.offences;
  expect(consoleErrors.filter((e) => !/status of 409/.test(e))).toEqual([]);
  consoleErrors.splice(0);
});

test('on a phone of 360 pixels a question is found and decided', async () => {
  const { page } = b;
  const letter = await importLetter('ui-phone');
  const waiting = await startRun(letter);
  await approvalOf(waiting);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(at(''));
  await page.getByRole('link', { name: /^Approvals/ }).click();
  const inbox = page.getByRole('list', { name: 'Approvals' });
  await inbox.getByRole('link').filter({ hasText: letter }).click();
  const card = page.getByRole('article', { name: 'Approval' });
  await card.getByRole('button', { name: 'Approve' }).click();
  await card.getByText('Approved', { exact: true }).waitFor();
  await card.getByRole('link').filter({ hasText: letter }).click();
  await page.getByText('Completed', { exact: true }).first().waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(360);
  await page.setViewportSize({ width: 1280, height: 860 });
});

test('what a page says is printed without the ways to other pages', async () => {
  const { page } = b;
  await page.goto(at(`runs/${run}`));
  await page.getByRole('list', { name: 'Timeline' }).getByText('Run failed').waitFor();
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('navigation', { name: 'Main' }).count()).toBe(0);
  expect(await page.getByText('Run failed').first().isVisible()).toBe(true);
  await page.emulateMedia({ media: 'screen' });
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
