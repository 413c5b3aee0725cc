import { beforeEach, expect, test } from 'vitest';
import { useBench } from './store';

const bench = () => useBench.getState();

beforeEach(() => bench().load({ n: 0 }));

test('what was done is undone and done again', () => {
  bench().change({ n: 1 });
  bench().change({ n: 2 });
  bench().undo();
  expect(bench().doc).toEqual({ n: 1 });
  bench().undo();
  bench().undo();
  expect(bench().doc).toEqual({ n: 0 });
  bench().redo();
  expect(bench().doc).toEqual({ n: 1 });
  bench().change({ n: 9 });
  expect(bench().future).toEqual([]);
});

test('typing in one field is one step', () => {
  bench().change({ n: 1 }, 'name');
  bench().change({ n: 2 }, 'name');
  bench().change({ n: 3 }, 'other');
  bench().undo();
  expect(bench().doc).toEqual({ n: 2 });
  bench().undo();
  expect(bench().doc).toEqual({ n: 0 });
});

test('a document that is loaded has no past, and nothing of it is chosen', () => {
  bench().change({ n: 1 });
  bench().choose(['a']);
  bench().load({ n: 5 });
  expect(bench()).toMatchObject({ doc: { n: 5 }, past: [], future: [], chosen: [] });
});

test('nodes that were copied are there in the next procedure, too', () => {
  bench().copy({ a: { type: 'terminate' } });
  bench().load({ n: 5 });
  expect(bench().copied).toEqual({ a: { type: 'terminate' } });
});

test('the way of a dry run is shown until something is changed', () => {
  bench().show({ simulated_route: ['a'], simulated_unknowns: null });
  bench().change({ n: 1 });
  expect(bench().tried).toBe(null);
});
