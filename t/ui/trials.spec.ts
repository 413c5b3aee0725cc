import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAgent, type Agent } from './agent';
import { at, openBrowser, type Browser } from './browser';
import { apiUrl, post } from './server';

/* What is tried by hand before a procedure relies on it: agents and tools; places that are held. */

let b: Browser;
let agent: Agent;
const mark = Date.now().toString(36);
const channel = `ui-try-${mark}`;
const name = `Cashier ${mark}`;

beforeAll(async () => {
  b = await openBrowser();
  agent = await startAgent(
    {
      charge: ({ amount }) => ({ status: 'success', result: { receipt: 991, amount } }),
      refuse: () => ({ status: 'error', error: 'CardDeclined: ask for another' }),
      mumble: () => ({ what: 'nobody knows' }),
      linger: () => 'hold',
    },
    [{
      name: `sum-${mark}`,
      description: 'Adds two numbers',
      input_schema: { type: 'object', properties: { a: { type: 'number' } } },
      does: ({ a, b: other }) => ({ sum: Number(a) + Number(other) }),
    }],
  );
  await post('agents', {
    agent_id: channel, name, channel, base_url: agent.url, concurrency_limit: 1,
    capabilities: ['charge', 'refuse', 'mumble', 'linger'],
  });
});

afterAll(async () => {
  await fetch(apiUrl(`agents/${channel}`), { method: 'DELETE' });
  await agent.close();
  await b.close();
});

test('an agent is tried: what it gave, what it refused, and what nobody can know', async () => {
  const { page } = b;
  await page.goto(at('agents'));
  await page.getByRole('button', { name: `Try a call of ${name}` }).click();
  const dialog = page.getByRole('dialog', { name: `Try ${name}` });
  const call = dialog.getByRole('button', { name: 'Call it' });
  const back = dialog.getByRole('region', { name: 'What came back' });
  await dialog.getByLabel('Action').fill('charge');
  await dialog.getByLabel('Params').fill('{ "amount": 12.5 ');
  await dialog.getByText('This is not a JSON object').waitFor();
  expect(await call.isDisabled()).toBe(true);
  await dialog.getByLabel('Params').fill('{ "amount": 12.5 }');
  await call.click();
  await back.getByText(/^Done after/).waitFor();
  await back.getByText('991').waitFor();
  await b.shot('50-agent-tried');
  expect(agent.asked.at(-1)).toMatchObject({ action: 'charge', params: { amount: 12.5 } });
  expect(agent.asked.at(-1)?.key).toMatch(/^try:/);

  await dialog.getByLabel('Action').fill('refuse');
  await call.click();
  await back.getByText(/^It refused: CardDeclined: ask for another, after/).waitFor();
  await dialog.getByLabel('Action').fill('mumble');
  await call.click();
  await back.getByText(/^Nobody can say whether it was done/).waitFor();
  await dialog.getByLabel('Seconds').fill('51');
  await dialog.getByText('From 0.1 to 50 seconds').waitFor();
  expect(await call.isDisabled()).toBe(true);

  await page.goto(at('audit?category=agent&search=tried'));
  await page.getByRole('list', { name: 'Audit trail' }).getByText('agent/try').first().click();
  await page.getByText(`"action": "mumble"`).first().waitFor();
  await page.getByRole('button', { name: 'Copy the hash', exact: true }).first().waitFor();
  await b.shot('53-audit-entry');
});

test('a server of tools is added, and one of its tools is tried', async () => {
  const { page } = b;
  await page.goto(at('mcp'));
  await page.getByRole('button', { name: 'Add a server' }).click();
  const adding = page.getByRole('dialog', { name: 'Add a tool server' });
  await adding.getByLabel('Name').fill(`Desk ${mark}`);
  await adding.getByLabel('Address').fill(agent.url);
  await adding.getByRole('button', { name: 'Add' }).click();
  await adding.waitFor({ state: 'detached' });

  const tools = page.getByRole('list', { name: 'Tools' });
  await page.getByLabel('Search tools').fill(mark);
  const mine = tools.getByRole('listitem').filter({ hasText: `sum-${mark}` });
  await mine.getByText('Adds two numbers').waitFor();
  await mine.getByRole('button', { name: 'Try' }).click();
  const dialog = page.getByRole('dialog', { name: `Try sum-${mark}` });
  await dialog.getByText('What it takes').click();
  await dialog.getByRole('region', { name: 'the schema' }).getByText('"properties"').waitFor();
  await dialog.getByLabel('Arguments').fill('{ "a": 2, "b": 40 }');
  await dialog.getByRole('button', { name: 'Call it' }).click();
  const back = dialog.getByRole('region', { name: 'What came back' });
  await back.getByText(/^It answered after/).waitFor();
  await back.getByText('42').waitFor();
  await b.shot('51-tool-tried');
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  await page.goto(at('mcp?tab=servers'));
  await page.getByRole('button', { name: `Remove Desk ${mark}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText(`Desk ${mark}`, { exact: true }).waitFor({ state: 'detached' });
});

test('the place that a step holds at an agent is seen and taken away', async () => {
  const { page } = b;
  const id = `ui-lease-${mark}`;
  await post('procedures', {
    ckp_json: {
      procedure_id: id,
      version: '1.0.0',
      workflow_graph: {
        start_node: 'work',
        nodes: {
          work: {
            type: 'sequence', agent: channel, next_node: 'end',
            steps: [{ step_id: 'sit', action: 'linger' }],
          },
          end: { type: 'terminate' },
        },
      },
    },
  });
  const { run_id: run } = await post('runs', { procedure_id: id });
  await expect.poll(() => agent.asked.some((a) => a.action === 'linger'), { timeout: 15_000 })
    .toBe(true);
  await page.goto(at('agents?tab=pools'));
  await page.getByRole('list', { name: 'Pools' }).getByRole('listitem')
    .filter({ hasText: channel }).getByText('1 of 1 in use').waitFor();

  await page.goto(at('leases'));
  const mine = page.getByRole('list', { name: 'Leases' }).getByRole('listitem')
    .filter({ hasText: channel });
  await mine.getByText('work / sit').waitFor();
  await b.shot('52-leases');
  await mine.getByRole('button', { name: 'Release' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Release it' }).click();
  await mine.waitFor({ state: 'detached' });
  agent.release();
  await page.goto(at(`runs/${run}`));
  await page.getByRole('list', { name: 'Timeline' }).getByText('Run completed').waitFor();
});

test('an agent that went away is told by its card, and by the dashboard', async () => {
  const { page } = b;
  await agent.close();
  await page.goto(at('agents'));
  const card = page.getByRole('list', { name: 'Agents' }).getByRole('listitem')
    .filter({ hasText: name });
  await card.getByRole('button', { name: 'Check' }).click();
  await card.getByText('Offline').waitFor();
  await card.getByText(/^Last failure: /).waitFor();
  await page.goto(at(''));
  await page.getByRole('link', { name: 'Agents', exact: true }).first().waitFor();
  const row = page.getByRole('listitem').filter({ hasText: channel });
  await row.getByText('0 of 1 in use').waitFor();
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
