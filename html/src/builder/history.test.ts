import { expect, test } from 'vitest';
import { begin, step } from './history';

const change = (n: number, tag?: string) =>
  ({ do: 'change', doc: { n }, ...(tag ? { tag } : {}) }) as const;

test('what was done is undone and done again', () => {
  let h = [change(1), change(2)].reduce(step, begin({ n: 0 }));
  h = step(h, { do: 'undo' });
  expect(h.doc).toEqual({ n: 1 });
  h = step(step(h, { do: 'undo' }), { do: 'undo' });
  expect(h.doc).toEqual({ n: 0 });
  h = step(h, { do: 'redo' });
  expect(h.doc).toEqual({ n: 1 });
  expect(step(h, change(9)).future).toEqual([]);
});

test('typing in one field is one step', () => {
  const h = [change(1, 'name'), change(2, 'name'), change(3, 'other')].reduce(
    step,
    begin({ n: 0 }),
  );
  expect(step(h, { do: 'undo' }).doc).toEqual({ n: 2 });
  expect(step(step(h, { do: 'undo' }), { do: 'undo' }).doc).toEqual({ n: 0 });
});

test('a document that is loaded has no past', () => {
  expect(step(step(begin({}), change(1)), { do: 'load', doc: { n: 5 } })).toEqual(begin({ n: 5 }));
});
