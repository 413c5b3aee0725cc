import { expect, test } from 'vitest';
import { foldSame, sideBySide } from './diff';
import type { DiffLine } from './types';

const same = (a: number, b: number): DiffLine => ({ kind: 'same', a, b, text: `line ${a}` });

test('what went stands beside what came', () => {
  const pairs = sideBySide([
    same(1, 1),
    { kind: 'del', a: 2, b: null, text: 'old' },
    { kind: 'add', a: null, b: 2, text: 'new' },
    { kind: 'add', a: null, b: 3, text: 'more' },
    same(3, 4),
  ]);
  expect(pairs.map((p) => [p.a?.text, p.b?.text])).toEqual([
    ['line 1', 'line 1'],
    ['old', 'new'],
    [undefined, 'more'],
    ['line 3', 'line 3'],
  ]);
});

test('long stretches that are the same are one row', () => {
  const lines = Array.from({ length: 30 }, (_, i) => same(i + 1, i + 1));
  lines[20] = { kind: 'del', a: 21, b: null, text: 'gone' };
  const rows = foldSame(sideBySide(lines), 2);
  expect(rows.map((r) => r.hidden)).toEqual([18, 0, 0, 0, 0, 0, 7]);
  expect(foldSame(sideBySide([same(1, 1)]))).toMatchObject([{ hidden: 1 }]);
});
