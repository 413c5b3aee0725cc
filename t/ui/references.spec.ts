import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Page } from 'playwright-core';
import { startAgent, type Agent } from './agent';
import { fixture, openBrowser, settled, type Browser } from './browser';
import { everyPage, type Shown } from './every';
import { difference, readPng, reduce, writePng } from './png';

/*
 * Every page in both themes, and the pages of daily work on a phone, look as they did: pictures
 * of a site with the same things in it are compared with those of references/, tolerantly, with
 * what changes by itself (times, ids, ports) made the same before.  After a change of looks:
 *
 *   LANGORCH_RENEW=1 perl -It/lib t/ui/sites.pl references
 *
 * and look at each picture that changed before it is committed.
 */

const site = process.env.LANGORCH_SHOWN_URL;
const folder = fileURLToPath(new URL('./references/', import.meta.url));
const most = 0.01;
const empty: Shown = { procedure: 'letter', run: '-', approval: '-' };
let b: Browser;
let courier: Agent | null = null;
let shown = empty;
let events = 0;

/** Pages whose address has an id get it when there is one. */
const names = everyPage(empty).map(([name]) => name);
const onPhone = ['dashboard', 'procedures', 'procedure', 'runs', 'run', 'approvals', 'approval'];

beforeAll(async () => {
  if (!site) return;
  b = await openBrowser(new URL(site));
  shown = await furnish();
});

afterAll(async () => {
  if (site) await b.close();
  await courier?.close();
});

async function send(method: string, path: string, body?: unknown) {
  const response = await fetch(new URL(`../api/${path}`, site), {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  expect([method, path, response.ok ? '' : text]).toEqual([method, path, '']);
  return JSON.parse(text) as Record<string, string> & Record<string, string>[];
}

/** The things of the site: made in the same order each time, and well for as long as it lasts. */
async function furnish(): Promise<Shown> {
  courier = await startAgent({});
  const letter = JSON.parse(await fixture('letter.json')) as object;
  const document = { ...letter, procedure_id: shown.procedure };
  await send('POST', 'procedures', { ckp_json: { ...document, version: '0.9.0' } });
  await send('POST', 'procedures', { ckp_json: { ...document, tags: ['post'] } });
  await send('POST', 'triggers/letter/1.0.0', {
    trigger_type: 'webhook', webhook_secret: 'LETTERS', allowed_sources: ['192.0.2.0/24'],
  });
  await send('POST', 'projects', { name: 'Post', description: 'All that is sent' });
  await send('POST', 'secrets', { name: 'LETTERS', value: 'not-a-secret', tags: ['post'] });
  await send('POST', 'prompts', { name: 'greeting', template: 'Greet {{name}}.' });
  await send('POST', 'llm/profiles', { name: 'careful', model: 'small', temperature: 0 });
  await send('PUT', 'llm/budgets/house', { scope: 'site', limit_usd: 5, period: 'day' });
  await send('POST', 'agents', {
    agent_id: 'courier', name: 'Courier', channel: 'post', base_url: courier.url,
    capabilities: ['deliver', 'collect'], concurrency_limit: 2,
  });
  await send('POST', 'agents/courier/health-check');
  await send('POST', 'v1/workflows', {
    name: 'Ask and tell',
    nodes: [
      { node_id: 'look', node_type: 'agent_call', action: 'look' },
      { node_id: 'ask', node_type: 'human_gate', config: { prompt: 'Right?' } },
    ],
    edges: [{ from_node_id: 'look', to_node_id: 'ask' }],
  });
  const inputs = { reader: 'Grace', copies: 2 };
  for (const decision of ['approved', 'rejected', '']) {
    const made = await send('POST', 'runs', { procedure_id: 'letter', input_vars: inputs });
    const run = made.run_id ?? '';
    const approval = await vi.waitFor(async () => {
      const found = await send('GET', `approvals?status=pending&run_id=${run}`);
      if (!found[0]?.approval_id) throw new Error('not yet');
      return found[0].approval_id;
    }, { timeout: 15_000, interval: 50 });
    if (decision === '') {
      events = (await send('GET', `runs/${run}/events`)).length;
      return { procedure: 'letter', run, approval };
    }
    await send('POST', `approvals/${approval}/decision`, { decision });
    await vi.waitFor(async () => {
      const { status } = await send('GET', `runs/${run}`);
      if (status !== 'completed' && status !== 'failed') throw new Error('not yet');
    }, { timeout: 15_000, interval: 50 });
  }
  return empty;
}

/** What changes by itself becomes the same, and stays so when the page draws it anew. */
async function even(page: Page): Promise<void> {
  await page.evaluate(() => {
    const id = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
    const rules: [RegExp, string][] = [
      [id, 'id-id-id-id'],
      [/\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b/g, 'id-short'],
      [/\b[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d.[AP]M/g, 'Jan 1, 2026, 1:00:00 AM'],
      [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-01-01T01:00:00.000Z'],
      [/\b\d\d:\d\d:\d\d\.\d{3}\b/g, '01:00:00.000'],
      [/\b\d\d:\d\d\b/g, '01:00'],
      [/just now|\b\d+ (s|min|h) ago/g, '9 ms ago'],
      [/\b[\d.]+ (ms|s|min|h)( \d+ s)?(?![a-z])/g, '9 ms'],
      [/127\.0\.0\.1:\d+/g, '127.0.0.1:1000'],
      [/^\d{4,6}$/, '1000'],
      [/process \d+/g, 'process 1'],
      [/\/\S*\/langorch\.db/g, 'langorch.db'],
    ];
    const all = () => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const text = walker.currentNode.nodeValue ?? '';
        const next = rules.reduce((t, [what, by]) => t.replace(what, by), text);
        if (next !== text) walker.currentNode.nodeValue = next;
      }
    };
    all();
    /* what it writes itself is no change to it: each rule leaves alone what it made */
    new MutationObserver(all).observe(document.body, {
      subtree: true, childList: true, characterData: true,
    });
  });
}

/** What a page of a run is told after it was opened: its events come one by one. */
async function told(page: Page, name: string): Promise<void> {
  if (/^run-(light|dark|phone|event)/.test(name)) {
    await page.getByText(`${events} events`).waitFor();
  } else if (name.startsWith('run-bars')) {
    await page.getByRole('list', { name: 'Nodes and steps over time' }).waitFor();
  } else if (name.startsWith('run-graph')) {
    await page.getByText('Waiting', { exact: true }).first().waitFor();
  }
}

async function isAsBefore(page: Page, name: string): Promise<void> {
  const file = join(folder, `${name}.png`);
  const renew = process.env.LANGORCH_RENEW === '1';
  const before = renew ? null : readPng(await readFile(file));
  let found = 1;
  for (let n = 0; n < 3 && found > most; n++) {
    await even(page);
    await told(page, name);
    /* charts and the scale of bars: what they show depends on the time of day and its length;
       the scale is drawn anew each second, which a mask does not always hear of */
    await page.evaluate(() => {
      for (const scale of document.querySelectorAll('main .card > div > [aria-hidden="true"]')) {
        (scale as HTMLElement).style.visibility = 'hidden';
      }
    });
    const mask = [page.locator('main figure')];
    if (/^settings/.test(name)) mask.push(page.locator('main dd, main li'));
    const now = reduce(readPng(await page.screenshot({ mask, animations: 'disabled' })));
    if (before === null) {
      await writeFile(file, writePng(now));
      return;
    }
    found = difference(before, now);
    if (found > most) {
      const other = join(process.env.LANGORCH_SHOTS ?? tmpdir(), `${name}.other.png`);
      await writeFile(other, writePng(now));
      if (n === 2) expect(`${name}: ${Math.round(found * 100)} % differ, see ${other}`).toBe('');
      await page.reload();
      await settled(page);
    }
  }
}

test.skipIf(!site).each(names)('%s looks as it did, in light and dark', async (name) => {
  const { page } = b;
  await mkdir(folder, { recursive: true });
  const path = everyPage(shown).find(([n]) => n === name)?.[1] ?? '';
  await page.setViewportSize({ width: 1120, height: 760 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(new URL(path, site).href);
    await settled(page);
    await isAsBefore(page, `${name}-${colorScheme}`);
  }
});

test.skipIf(!site).each(onPhone)('%s looks as it did on a phone', async (name) => {
  const { page } = b;
  const path = everyPage(shown).find(([n]) => n === name)?.[1] ?? '';
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(new URL(path, site).href);
  await settled(page);
  await isAsBefore(page, `${name}-phone`);
});
