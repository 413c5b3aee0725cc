import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, at, openBrowser, type Browser } from './browser';
import { apiUrl, approvalOf, post } from './server';

/*
 * What the server tells beside runs: what a procedure would do, what work costs, and
 * to whom a question was passed on.
 */

const models = process.env.LANGORCH_MODELS;
const mark = Date.now().toString(36);
let b: Browser;

beforeAll(async () => {
  b = await openBrowser();
});

afterAll(async () => {
  await b.close();
});

test('a procedure is explained: its ways, its calls, what they risk', async () => {
  const { page } = b;
  const id = `ui-told-${mark}`;
  await post('procedures', {
    ckp_json: {
      procedure_id: id,
      version: '1.0.0',
      variables_schema: { required: { limit: { type: 'number' } } },
      workflow_graph: {
        start_node: 'work',
        nodes: {
          work: {
            type: 'sequence', agent: 'desk', next_node: 'route',
            steps: [{ step_id: 'fetch', action: 'extract_text' }],
          },
          route: {
            type: 'logic', default_next_node: 'end',
            rules: [{ condition: '{{limit}} > 5', next_node: 'pay' }],
          },
          pay: {
            type: 'sequence', agent: 'desk', next_node: 'end',
            steps: [{ step_id: 'send', action: 'send_email' }],
          },
          end: { type: 'terminate' },
        },
      },
    },
  });
  await page.goto(at(`procedures/${id}?version=1.0.0&tab=explain`));
  const panel = (title: string) =>
    page.locator('section').filter({ has: page.getByRole('heading', { name: title }) });

  await panel('The ways there are').getByText(/^→ (pay, end|end, pay)$/).waitFor();
  const calls = panel('Calls to others').getByRole('listitem');
  await calls.filter({ hasText: 'extract_text' }).getByText('read').waitFor();
  await calls.filter({ hasText: 'send_email' }).getByText('irreversible').waitFor();
  await panel('Variables').getByText('limit').first().waitFor();

  const inputs = page.getByLabel('Try it with inputs');
  await inputs.fill('{ "limit": ');
  expect(await page.getByRole('button', { name: 'Explain', exact: true }).isDisabled()).toBe(true);
  await inputs.fill('{ "limit": 3 }');
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  const way = panel('The way with these inputs').getByRole('listitem');
  await way.filter({ hasText: 'end' }).waitFor();
  expect((await way.allTextContents()).join(' ')).toBe('1work 2route 3end');

  await inputs.fill('{ "limit": 8 }');
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  await way.filter({ hasText: 'pay' }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
});

test.skipIf(!models)('what models cost stands at their project, and on the dashboard', async () => {
  const { page } = b;
  const name = `Ledger ${mark}`;
  const project = await post('projects', { name });
  const profile = `told-${mark}`;
  await post('llm/profiles', {
    name: profile, model: 'ui-writer', provider: 'openai_compatible', base_url: models,
    cost_per_1k: { prompt: 100, completion: 200 },
  });
  const id = `ui-costs-${mark}`;
  await post('procedures', {
    project_id: project.project_id,
    ckp_json: {
      procedure_id: id,
      version: '1.0.0',
      workflow_graph: {
        start_node: 'write',
        nodes: {
          write: { type: 'llm_action', profile, prompt: 'A letter to Grace', next_node: 'end' },
          end: { type: 'terminate' },
        },
      },
    },
  });
  const run = await post('runs', { procedure_id: id, project_id: project.project_id });
  await page.goto(at(`runs/${run.run_id}`));
  await page.getByText('Completed').first().waitFor();

  await page.goto(at('projects'));
  const mine = page.getByRole('listitem').filter({ hasText: name });
  await mine.getByText('$8.00').waitFor();        // 20 at $100, 30 at $200 a thousand
  await mine.getByText('50', { exact: true }).waitFor();

  await page.goto(at(''));
  const panel = page.locator('section').filter({
    has: page.getByRole('heading', { name: 'Models' }),
  });
  await panel.getByText(/calls? in 30 days|\d+ in 30 days/).waitFor();
  const cost = /\$(\d+\.\d\d)/.exec((await panel.textContent()) ?? '')?.[1];
  expect(Number(cost)).toBeGreaterThanOrEqual(8);
  await fetch(apiUrl(`llm/profiles/${profile}`), { method: 'DELETE' });
});

test('a question that nobody answers is passed on, and its card says to whom', async () => {
  const { page } = b;
  const id = `ui-rises-${mark}`;
  await post('procedures', {
    ckp_json: {
      procedure_id: id,
      version: '1.0.0',
      workflow_graph: {
        start_node: 'ask',
        nodes: {
          ask: {
            type: 'human_approval', prompt: 'Who will?', timeout_ms: 1500,
            timeout_action: 'escalate',
            escalation: { level: 'admin', contact: 'lead@example.org', timeout_ms: 600_000 },
            on_approve: 'end', on_reject: 'end',
          },
          end: { type: 'terminate' },
        },
      },
    },
  });
  const run = (await post('runs', { procedure_id: id })).run_id ?? '';
  await page.goto(at(`approvals/${await approvalOf(run)}`));
  const card = page.getByRole('article', { name: 'Approval' });
  await card.getByText('1 time, lead@example.org').waitFor();
  await card.getByText('Pending').waitFor();
  await page.keyboard.press('Escape');
  await card.getByRole('button', { name: 'Approve' }).click();
  await card.getByText('Approved').first().waitFor();
});
