import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, openBrowser, type Browser } from './browser';
import { apiUrl, approvalOf, post } from './server';

/* Every kind of question that a run can ask, answered by keys alone. */

let b: Browser;
const mark = Date.now().toString(36);

interface Decided {
  status: string;
  decision_payload: Record<string, unknown> | null;
}

beforeAll(async () => {
  b = await openBrowser();
});

afterAll(async () => {
  await b.close();
});

/** A run that asks so, and the page of its question. */
async function ask(kind: string, question: object): Promise<{ run: string; approval: string }> {
  const id = `ui-ask-${kind}-${mark}`;
  await post('procedures', {
    ckp_json: {
      procedure_id: id,
      version: '1.0.0',
      variables_schema: { optional: { answer: { type: 'any', origin: 'system_captured' } } },
      workflow_graph: {
        start_node: 'ask',
        nodes: {
          ask: { type: 'human_approval', prompt: `A question: ${kind}?`, ...question },
          good: { type: 'terminate', status: 'success' },
          other: { type: 'terminate', status: 'success' },
        },
      },
    },
  });
  const run = (await post('runs', { procedure_id: id })).run_id ?? '';
  const approval = await approvalOf(run);
  await b.page.goto(at(`approvals/${approval}`));
  await card().getByText('Pending').waitFor();
  return { run, approval };
}

function card() {
  return b.page.getByRole('article', { name: 'Approval' });
}

async function decided(approval: string): Promise<Decided> {
  return (await (await fetch(apiUrl(`approvals/${approval}`))).json()) as Decided;
}

test('yes or no: a, and the comment goes with it', async () => {
  const { approval } = await ask('yes-no', { on_approve: 'good', on_reject: 'other' });
  await card().getByLabel('Comment').fill('Looks right');
  await b.page.keyboard.press('Escape');
  await card().getByRole('button', { name: 'Approve' }).focus();
  await b.page.keyboard.press('a');
  await card().getByText('Approved', { exact: true }).waitFor();
  expect(await decided(approval)).toMatchObject({
    status: 'approved', decision_payload: { comment: 'Looks right' },
  });
});

test('one of several: the number of the option', async () => {
  const { run, approval } = await ask('options', {
    decision_type: 'select_option',
    options: ['repair', { value: 'replace', label: 'Send a new one' }, 'refund'],
    on_approve: 'good',
    option_routes: { replace: 'other' },
  });
  await card().getByRole('button', { name: /^Send a new one/ }).waitFor();
  await b.shot('60-options');
  await b.page.keyboard.press('2');
  await card().getByText('Pending').waitFor({ state: 'detached' });
  await card().getByText(/replace|Send a new one/).first().waitFor();
  expect((await decided(approval)).decision_payload).toMatchObject({ decision: 'replace' });
  await b.page.goto(at(`runs/${run}`));
  const timeline = b.page.getByRole('list', { name: 'Timeline' });
  await timeline.getByText('Run completed').waitFor();
  await timeline.getByText(/^other/).first().waitFor();
});

test('an input: what is wrong is said at its field, and what is right is sent with its type',
  async () => {
    const { approval } = await ask('input', {
      decision_type: 'provide_input',
      input_schema: {
        amount: { type: 'integer', required: true, validation: { min: 1, max: 500 } },
        urgent: { type: 'boolean' },
        why: { type: 'string', required: true },
      },
      on_approve: 'good',
      on_reject: 'other',
    });
    const { page } = b;
    await card().getByLabel('amount').fill('900');
    await page.keyboard.press('Tab');
    await card().getByText('Must be at most 500').waitFor();
    await card().getByRole('button', { name: 'Submit' }).focus();
    await page.keyboard.press('Enter');
    await card().getByText('This field is required').waitFor();
    await b.shot('61-input');
    await card().getByLabel('amount').fill('42');
    await card().getByLabel('why').fill('it broke');
    await card().getByRole('button', { name: 'Submit' }).focus();
    await page.keyboard.press('a');
    await card().getByText('Pending').waitFor({ state: 'detached' });
    expect((await decided(approval)).decision_payload).toMatchObject({
      amount: 42, why: 'it broke',
    });
  });

test('something to be known: one key, and there is no way to say no', async () => {
  const { run } = await ask('known', {
    decision_type: 'acknowledge', on_approve: 'good', on_reject: 'other',
  });
  expect(await card().getByRole('button', { name: 'Reject' }).count()).toBe(0);
  await b.page.keyboard.press('a');
  await card().getByText('Pending').waitFor({ state: 'detached' });
  await b.page.goto(at(`runs/${run}`));
  await b.page.getByRole('list', { name: 'Timeline' }).getByText('Run completed').waitFor();
});

test('keys of the page do nothing while somebody writes', async () => {
  const { approval } = await ask('typing', { on_approve: 'good', on_reject: 'other' });
  await card().getByLabel('Comment').focus();
  await b.page.keyboard.type('a relaxed 1');
  expect(await card().getByLabel('Comment').inputValue()).toBe('a relaxed 1');
  expect((await decided(approval)).status).toBe('pending');
});

test('the page that is loaded anew shows the same question, and the inbox counts it', async () => {
  const { page } = b;
  const { approval } = await ask('again', { on_approve: 'good', on_reject: 'other' });
  await page.reload();
  await card().getByText('A question: again?').waitFor();
  const badge = page.getByRole('link', { name: /^Approvals/ }).first();
  await expect.poll(async () => /\d decisions? due/.test((await badge.textContent()) ?? ''), {
    timeout: 15_000,
  }).toBe(true);
  await post(`approvals/${approval}/decision`, { decision: 'rejected' });
  await card().getByText('Rejected', { exact: true }).waitFor();
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
