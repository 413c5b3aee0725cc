import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, openBrowser, type Browser } from './browser';
import { apiUrl, importLetter } from './server';

/* A procedure is built from nothing, by mouse and by keyboard. */

let b: Browser;
const id = `ui-built-${Date.now().toString(36)}`;

beforeAll(async () => {
  b = await openBrowser();
});

afterAll(async () => {
  await b.close();
});

const patient = { timeout: 30_000, interval: 100 };

function fields() {
  return b.page.getByRole('complementary', { name: 'Fields' });
}

function box(node: string) {
  return b.page.locator(`.react-flow__node[data-id="${node}"]`);
}

/** Chooses a node: the fields are its own from then on, not those of the document or another. */
async function choose(node: string): Promise<void> {
  await box(node).click();
  await expect.poll(() => fields().getByLabel('Id', { exact: true }).inputValue(), patient)
    .toBe(node);
}

test('a node is added, led to and filled in, and the compiler follows', async () => {
  const { page } = b;
  await page.goto(at('builder'));
  await page.getByText('compiles', { exact: true }).waitFor();
  await page
    .getByRole('navigation', { name: 'Node types' })
    .getByRole('button', { name: 'Approval' })
    .click();
  await page.getByText(/^\d+ errors?$/).waitFor();
  await fields().getByLabel('Prompt').fill('Shall it go on?');

  const from = box('begin').locator('.react-flow__handle-bottom');
  await from.dragTo(box('human_approval').locator('.react-flow__handle-top'));
  const yes = box('human_approval').locator('[data-handleid="on_approve"]');
  await yes.dragTo(box('end').locator('.react-flow__handle-top'));
  const no = box('human_approval').locator('[data-handleid="on_reject"]');
  await no.dragTo(box('end').locator('.react-flow__handle-top'));
  await page.getByText('compiles', { exact: true }).waitFor();
  await b.shot('40-builder');
});

test('what was done is undone and done again', async () => {
  const { page } = b;
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.getByText(/^\d+ (errors?|remarks?)$/).waitFor();
  await page.getByRole('button', { name: /^Redo/ }).click();
  await page.getByRole('button', { name: /^Redo/ }).click();
  await page.getByText('compiles', { exact: true }).waitFor();
});

test('the graph has half the room, and is seen whole in it', async () => {
  const { page } = b;
  await page.getByRole('button', { name: 'Both' }).click();
  await page.getByRole('textbox', { name: 'Document' }).waitFor();
  await expect.poll(async () => {
    const room = await page.locator('.react-flow').boundingBox();
    const seen = await page.locator('.react-flow__node').evaluateAll((boxes) =>
      boxes.map((one) => one.getBoundingClientRect().right));
    return seen.length === 3 && room !== null && Math.max(...seen) <= room.x + room.width;
  }, patient).toBe(true);
  await b.shot('41-builder-both');
});

test('the text and the graph follow each other', async () => {
  const { page } = b;
  const text = page.getByRole('textbox', { name: 'Document' });
  await text.getByText('"Begin"', { exact: true }).dblclick();
  await page.keyboard.type('Opening');
  await box('begin').getByText('Opening').waitFor();
  await choose('begin');
  await fields().getByLabel('Description').fill('The beginning');
  await text.getByText('"The beginning"').waitFor();
});

test('what is typed fast stays as it is, however slow the machine', async () => {
  const { page } = b;
  const slow = await page.context().newCDPSession(page);
  await slow.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  const text = page.getByRole('textbox', { name: 'Document' });
  await text.getByText('"The beginning"', { exact: true }).dblclick();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  const more = ' of all that was typed without looking whether it is there by now';
  await page.keyboard.type(more);
  await expect.poll(() => fields().getByLabel('Description').inputValue(), patient)
    .toBe(`The beginning${more}`);
  await text.getByText(`"The beginning${more}"`).waitFor();
  await fields().getByLabel('Description').fill('The beginning');
  await text.getByText('"The beginning"').waitFor();
  await slow.detach();
});

test('an error stands at its field and at its node', async () => {
  const { page } = b;
  await page.getByRole('button', { name: 'Canvas' }).click();
  await choose('begin');
  await fields().getByRole('button', { name: /^say/ }).click();
  await fields().getByLabel('Params').fill('{ "message": "{{nobody}}" }');
  await fields()
    .getByRole('alert')
    .filter({ hasText: /nobody/ })
    .first()
    .waitFor();
  await box('begin').getByText('1', { exact: true }).waitFor();
  await fields().getByLabel('Params').fill('{ "message": "Now it runs" }');
  await page.getByText('compiles', { exact: true }).waitFor();
});

test('it is published, runs, and what was built is what ran', async () => {
  const { page } = b;
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Publish' });
  await dialog.getByLabel('Procedure id').fill(id);
  await dialog.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('button', { name: 'Start a run' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  const timeline = page.getByRole('list', { name: 'Timeline' });
  await timeline.getByText('Now it runs').waitFor();
  await timeline.getByText('Shall it go on?').waitFor();
});

test('the outline does the same from the keyboard, and the draft is kept', async () => {
  const { page } = b;
  await page.goto(at(`builder/${id}?show=outline`));
  const outline = page.getByRole('list', { name: 'Outline of the graph' });
  const nodes = page.getByRole('navigation', { name: 'Node types' });
  await nodes.getByRole('button', { name: 'Steps' }).focus();
  await page.keyboard.press('Enter');
  await outline.getByLabel('Lead next of steps to').selectOption('end');
  await outline.getByLabel('Where yes of human_approval leads').selectOption('steps');
  await fields().getByRole('button', { name: 'Add a step' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText(/· Draft saved$/).waitFor();
  await page.reload();
  await outline.getByRole('button', { name: 'Steps steps' }).waitFor();
  await page.getByText('This is a draft that was not published yet.').waitFor();
});

test('a dry run shows the way on the canvas', async () => {
  const { page } = b;
  const letter = await importLetter('ui-dry');
  await page.goto(at(`builder/${encodeURIComponent(letter)}`));
  await page.getByRole('button', { name: 'Dry run' }).click();
  const dialog = page.getByRole('dialog', { name: 'Dry run' });
  await dialog.getByLabel('Reader').fill('Ada');
  await dialog.getByLabel('Copies').fill('1');
  await dialog.getByRole('button', { name: 'Show the way' }).click();
  await page.getByRole('status').filter({ hasText: '→' }).waitFor();
});

test('what was built is stored as it was shown', async () => {
  const url = apiUrl(`procedures/${id}/1.0.0`);
  const { ckp_json: doc } = (await (await fetch(url)).json()) as {
    ckp_json: { workflow_graph: { nodes: Record<string, Record<string, unknown>> } };
  };
  expect(doc.workflow_graph.nodes.begin).toMatchObject({
    description: 'The beginning',
    next_node: 'human_approval',
  });
  expect(doc.workflow_graph.nodes.human_approval).toMatchObject({
    prompt: 'Shall it go on?',
    on_approve: 'end',
    on_reject: 'end',
  });
});

test('the graph is whole before its boxes are measured', async () => {
  const { page } = b;
  const own = await page.context().newPage();
  await own.addInitScript(() => {
    globalThis.ResizeObserver = class {
      observe() {}
      unobserve() {}
      disconnect() {}
    };
  });
  await own.goto(at(`builder/${id}`));
  await own.locator('.react-flow__edge').first().waitFor({ state: 'attached' });
  await own.locator('.react-flow__node[data-id="end"]').waitFor({ state: 'visible' });
  await own.close();
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [],
    policyViolations: [],
    foreignRequests: [],
    serverErrors: [],
  });
});
