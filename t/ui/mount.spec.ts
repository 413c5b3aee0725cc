import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, ready, top, type Browser } from './browser';
import { startProxy, type Proxy } from './proxy';
import { approvalOf, importLetter, post, startRun } from './server';

/*
 * The same build below other prefixes.  A proxy stands in for the NGINX of somebody else, who
 * gave the console and the API places of their own.
 */

const prefixes = ['/deep/er', '/ui/ui/runs'];
const api = new URL('../api/', top);
let proxy: Proxy;
let proxyUrl = '';
let b: Browser;

/** `/deep/er/ui/runs` → `/ui/runs` of the server, `/deep/er/api/runs` → `/api/runs`. */
function inner(url: string): string | null {
  const prefix = prefixes.find((p) => url.startsWith(`${p}/`));
  if (!prefix) return null;
  const rest = url.slice(prefix.length);
  if (rest.startsWith('/ui/')) return top.pathname + rest.slice('/ui/'.length);
  return rest.startsWith('/api/') ? api.pathname + rest.slice('/api/'.length) : null;
}

beforeAll(async () => {
  proxy = await startProxy(inner);
  proxyUrl = proxy.url;
  b = await openBrowser(new URL(proxyUrl));
});

afterAll(async () => {
  await b.close();
  proxy.close();
});

test.each(prefixes)('below %s the console finds its files, pages and API', async (prefix) => {
  const { page } = b;
  await page.goto(`${proxyUrl}${prefix}/ui/`);
  await page.getByText(ready).waitFor();

  await page.getByRole('link', { name: 'Procedures', exact: true }).click();
  await page.getByRole('heading', { name: 'Procedures', exact: true }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`${prefix}/ui/procedures`);
});

test.each(prefixes)('below %s every page opens by its own address', async (prefix) => {
  const { page } = b;
  for (const path of ['procedures', 'runs', 'approvals/', 'agents']) {
    await page.goto(`${proxyUrl}${prefix}/ui/${path}`);
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
  }
  await page.goto(`${proxyUrl}${prefix}/ui/users/none`);
  await page.getByRole('heading', { name: 'Not found' }).waitFor();
  await page.getByRole('link', { name: 'To the dashboard' }).click();
  await page.getByText(ready).waitFor();
  expect(new URL(page.url()).pathname.replace(/\/$/, '')).toBe(`${prefix}/ui`);
});

test('below a prefix a run is watched while it goes on', async () => {
  const run = await startRun(await importLetter('ui-mount'));
  const approval = await approvalOf(run);
  await b.page.goto(`${proxyUrl}${prefixes[0]}/ui/runs/${run}`);
  await b.page.getByRole('status').filter({ hasText: /^Live/ }).waitFor();
  await post(`approvals/${approval}/decision`, { decision: 'approved' });
  await b.page.getByRole('list', { name: 'Timeline' }).getByText('Run completed').waitFor();
});

test('below a prefix nothing broke a rule of the browser either', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
