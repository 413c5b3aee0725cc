import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, openBrowser, type Browser } from './browser';
import { importLetter } from './server';

/* What one does at the workbench beside building: copying, arranging, taking away, undoing. */

let b: Browser;
let letter = '';

beforeAll(async () => {
  b = await openBrowser();
  letter = await importLetter('ui-bench');
});

afterAll(async () => {
  await b.close();
});

function box(node: string) {
  return b.page.locator(`.react-flow__node[data-id="${node}"]`);
}

test('a node is copied and put in again, here and in another procedure', async () => {
  const { page } = b;
  await page.goto(at(`builder/${encodeURIComponent(letter)}`));
  await box('write').click();
  await page.getByRole('complementary', { name: 'Fields' })
    .getByLabel('Id', { exact: true }).waitFor();
  await page.keyboard.press('Control+c');
  await page.keyboard.press('Control+v');
  await box('write_2').getByText('Write the letter').waitFor();
  await page.keyboard.press('Control+z');
  await box('write_2').waitFor({ state: 'detached' });

  await page.getByRole('link', { name: 'Builder' }).click();
  await page.getByRole('heading', { name: 'New procedure' }).waitFor();
  await page.keyboard.press('Control+v');
  await box('write').getByText('Write the letter').waitFor();
});

test('what is taken away comes back with its ways', async () => {
  const { page } = b;
  await page.goto(at(`builder/${encodeURIComponent(letter)}`));
  await box('send').click();
  const ways = page.locator('.react-flow__edge');
  const all = await ways.count();
  await page.keyboard.press('Delete');
  await box('send').waitFor({ state: 'detached' });
  await expect.poll(() => ways.count()).toBe(all - 2);
  await page.keyboard.press('Control+z');
  await box('send').waitFor();
  await expect.poll(() => ways.count()).toBe(all);
});

test('all nodes are arranged, and that is undone, too', async () => {
  const { page } = b;
  await page.goto(at(`builder/${encodeURIComponent(letter)}`));
  await box('done').waitFor();
  const place = () => box('done').evaluate((node) => (node as HTMLElement).style.transform);
  const before = await place();
  const from = await box('done').boundingBox();
  if (!from) throw new Error('the node is not drawn');
  await page.mouse.move(from.x + 40, from.y + 12);
  await page.mouse.down();
  await page.mouse.move(from.x + 160, from.y + 60, { steps: 8 });
  await page.mouse.up();
  const moved = await place();
  expect(moved).not.toBe(before);
  await page.getByRole('button', { name: 'Arrange all nodes' }).click();
  await expect.poll(place).not.toBe(moved);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect.poll(place).toBe(moved);
});

test('on a phone a node is added to the drawing, too', async () => {
  const { page } = b;
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(at(`builder/${encodeURIComponent(letter)}`));
  await box('write').waitFor();
  await page.getByText('Add a node').click();
  await page.getByRole('navigation', { name: 'Node types' }).filter({ visible: true })
    .getByRole('button', { name: 'Decision' }).click();
  await box('logic').waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(360);
  await page.setViewportSize({ width: 1280, height: 860 });
});

test('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
