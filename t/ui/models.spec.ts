import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, at, openBrowser, type Browser } from './browser';
import { apiUrl, post } from './server';

/*
 * Profiles, budgets and what a run asked of a model: with a service that speaks chat
 * completions, which sites.pl starts.  It says "Dear <reader>" to whoever asks.
 */

const models = process.env.LANGORCH_MODELS;
const mark = Date.now().toString(36);
const profile = `writer-${mark}`;
const budget = `all-of-${mark}`;
const id = `ui-models-${mark}`;
let b: Browser;

beforeAll(async () => {
  b = await openBrowser();
});

afterAll(async () => {
  await fetch(apiUrl(`llm/budgets/${budget}`), { method: 'DELETE' });
  await b.close();
});

test.skipIf(!models)('a profile is made in the form, tried, and changed', async () => {
  const { page } = b;
  await page.goto(at('llm'));
  await page.getByRole('button', { name: 'New profile' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill(profile);
  await dialog.getByLabel(/^Model/).fill('ui-writer');
  await dialog.getByLabel('Address').fill(models ?? '');
  await dialog.getByText('More', { exact: true }).click();
  await dialog.getByLabel('Cost of 1000 tokens').fill('{ "prompt": 1, "completion": 2 }');
  await dialog.getByLabel('Kinds of tasks').fill('letters');
  await dialog.getByRole('button', { name: 'Create' }).click();
  const mine = page.getByRole('list', { name: 'Profiles' }).getByRole('listitem').filter({
    hasText: profile,
  });
  await mine.getByText('circuit Closed').waitFor();
  await mine.getByRole('button', { name: 'Test' }).click();
  await page.getByText(new RegExp(`^${profile} answered in`)).first().waitFor();

  await page.getByRole('button', { name: `Edit ${profile}` }).click();
  await dialog.getByLabel('Who is asked').selectOption('azure_openai');
  await dialog.getByLabel('Version of the interface').fill('2025-01-01');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await mine.getByText(/Azure openai.*2025-01-01/).waitFor();
  await page.getByRole('button', { name: `Edit ${profile}` }).click();
  await dialog.getByLabel('Who is asked').selectOption('openai_compatible');
  await dialog.getByLabel('Version of the interface').fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await mine.getByText(/Openai compatible/).waitFor();

  const stored = (await (await fetch(apiUrl(`llm/profiles/${profile}`))).json()) as object;
  expect(stored).toMatchObject({
    provider: 'openai_compatible',
    api_version: null,
    task_classes: ['letters'],
    cost_per_1k: { prompt: 1, completion: 2 },
  });
});

test.skipIf(!models)('a budget is made, and shows what a run used of it', async () => {
  const { page } = b;
  await page.goto(at('llm?tab=budgets'));
  await page.getByRole('button', { name: 'New budget' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill(budget);
  await dialog.getByLabel('Of what').selectOption('procedure');
  await dialog.getByLabel('Which one').fill(id);
  await dialog.getByLabel(/^Dollars *required/).fill('2');
  await dialog.getByRole('button', { name: 'Create' }).click();
  const mine = page.getByRole('list', { name: 'Budgets' }).getByRole('listitem').filter({
    hasText: budget,
  }).first();
  await mine.getByText('Nothing is used of it.').waitFor();

  await post('procedures', {
    ckp_json: {
      procedure_id: id,
      version: '1.0.0',
      global_config: { audit_config: { audit_level: 'detailed', redacted_fields: [] } },
      variables_schema: { reader: { type: 'string' } },
      workflow_graph: {
        start_node: 'write',
        nodes: {
          write: {
            type: 'llm_action',
            profile,
            max_tokens: 100,
            system_prompt: 'You write letters.',
            prompt: 'A letter to {{reader}}, please.',
            outputs: { letter: 'text' },
            next_node: 'end',
          },
          end: { type: 'terminate', outputs: { letter: '{{letter}}' } },
        },
      },
    },
  });
  const run = await post('runs', { procedure_id: id, input_vars: { reader: 'Grace' } });
  await page.goto(at(`runs/${run.run_id}?tab=models`));
  await page.getByRole('list', { name: 'Prompts and replies' }).waitFor();
  await page.goto(at('llm?tab=budgets'));
  await mine.getByRole('meter').waitFor();
  await mine.getByText(/\$0\.\d+, \d+ %/).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.goto(at(`runs/${run.run_id}?tab=models`));
});

test.skipIf(!models)('a run shows the model, tokens, time, cost, prompt and reply', async () => {
  const { page } = b;
  const call = page.getByRole('button').filter({ hasText: 'ui-writer' });
  await call.getByText('answered').waitFor();
  const words = (await call.textContent()) ?? '';
  expect(words).toContain(`by ${profile}`);
  expect(words).toMatch(/20 in, 30 out/);
  expect(words).toContain('$0.08000');
  expect(words).toMatch(/\d+ m?s/);

  const list = page.getByRole('list', { name: 'Prompts and replies' });
  await list.getByText('You write letters.').waitFor();
  await list.getByText('A letter to Grace, please.').waitFor();
  await list.getByText('Dear Grace').waitFor();
  await b.shot('60-models');
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await accessibilityFaults(page)).toEqual([]);
  }
});

test.skipIf(!models)('an answer grows where the run is watched', async () => {
  const { page } = b;
  const reader = `Ada-${mark}`;
  await post('procedures', {
    ckp_json: {
      procedure_id: `${id}-live`,
      version: '1.0.0',
      variables_schema: { reader: { type: 'string' } },
      workflow_graph: {
        start_node: 'write',
        nodes: {
          write: {
            type: 'llm_action',
            profile,
            stream: true,
            prompt: 'A letter to {{reader}}, please.',
            outputs: { letter: 'text' },
            next_node: 'end',
          },
          end: { type: 'terminate', outputs: { letter: '{{letter}}' } },
        },
      },
    },
  });
  const run = await post('runs', { procedure_id: `${id}-live`, input_vars: { reader } });
  await page.goto(at(`runs/${run.run_id}`));
  const answer = page.getByRole('list', { name: 'Answers as they come' }).getByRole('listitem');
  await answer.getByText(`Dear ${reader}, how are you`, { exact: true }).waitFor();
  await answer.getByText('speaks', { exact: true }).waitFor();
  await b.shot('61-answer-grows');
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await accessibilityFaults(page)).toEqual([]);
  }
  await fetch(`${models ?? ''}/release/${reader}`);
  await answer.getByText(`Dear ${reader}, how are you # today?`).waitFor();
  await answer.getByText('said', { exact: true }).waitFor();
  await page.getByText('Completed', { exact: true }).first().waitFor();
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
