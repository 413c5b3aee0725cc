import { expect, test } from 'vitest';
import { box, drawRows } from './rows';
import type { Graph } from './types';

function graph(start: string, ids: string[], edges: [string, string][]): Graph {
  return {
    nodes: ids.map((id) => ({
      id,
      type: 'sequence',
      data: {
        label: id,
        description: null,
        agent: null,
        color: '#000000',
        isStart: id === start,
        isEnd: false,
        stepCount: 0,
      },
    })),
    edges: edges.map(([source, target], i) => ({ id: `e${i}`, source, target, label: '' })),
  };
}

const rowsOf = (g: Graph) =>
  Object.fromEntries(
    drawRows(g).nodes.map((n) => [n.node.id, (n.y - 8) / (box.height + box.gapY)]),
  );

test('nodes stand in rows by their distance from the start', () => {
  const g = graph(
    'a',
    ['b', 'a', 'c', 'd'],
    [
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'd'],
      ['c', 'd'],
    ],
  );
  expect(rowsOf(g)).toEqual({ a: 0, b: 1, c: 1, d: 2 });
});

test('no two nodes are drawn over each other', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const { nodes, width, height } = drawRows(
    graph(
      'a',
      ids,
      ids.map((id) => ['a', id]),
    ),
  );
  for (const one of nodes) {
    expect(one.x).toBeGreaterThanOrEqual(0);
    expect(one.x + box.width).toBeLessThanOrEqual(width);
    expect(one.y + box.height).toBeLessThanOrEqual(height);
    for (const other of nodes) {
      const apart =
        Math.abs(one.x - other.x) >= box.width || Math.abs(one.y - other.y) >= box.height;
      expect(one === other || apart).toBe(true);
    }
  }
});

test('a cycle ends, and what is never reached is drawn at the foot', () => {
  const g = graph(
    'a',
    ['a', 'b', 'lost'],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
  );
  expect(rowsOf(g)).toEqual({ a: 0, b: 1, lost: 2 });
  expect(drawRows(g).edges).toHaveLength(2);
});

test('edges that lead to a node that is not there are no reason for an empty row', () => {
  const g = graph(
    'a',
    ['a', 'b'],
    [
      ['a', 'gone'],
      ['gone', 'b'],
    ],
  );
  expect(drawRows(g).nodes.map((n) => n.node.id)).toEqual(['a', 'b']);
});

test('a row that is too wide goes on below itself', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const g = graph(
    'a',
    ids,
    ids.slice(1).map((id) => ['a', id]),
  );
  expect(rowsOf(g)).toEqual({ a: 0, b: 1, c: 1, d: 1, e: 2, f: 2 });
});

test('edges to nodes that do not exist are left out, and an empty graph is empty', () => {
  expect(drawRows(graph('a', ['a'], [['a', 'gone']])).edges).toEqual([]);
  expect(drawRows({ nodes: [], edges: [] }).nodes).toEqual([]);
});

test('a wide row of a thousand nodes is drawn at once', () => {
  const ids = Array.from({ length: 1000 }, (_, i) => `n${i}`);
  const start = performance.now();
  expect(
    drawRows(
      graph(
        'n0',
        ids,
        ids.slice(1).map((id) => ['n0', id]),
      ),
    ).nodes,
  ).toHaveLength(1000);
  expect(performance.now() - start).toBeLessThan(1000);
});
