import { expect, test } from 'vitest';
import type { JsonObject } from '../shared/types';
import {
  connect,
  disconnect,
  edgesOf,
  freeId,
  nodesOf,
  pasteNodes,
  place,
  portsOf,
  reconnect,
  removeNodes,
  renameNode,
  setAt,
  startOf,
} from './graph';

const doc: JsonObject = {
  procedure_id: 'p',
  kept: { as: 'it is' },
  workflow_graph: {
    start_node: 'ask',
    nodes: {
      ask: { type: 'human_approval', on_approve: 'choose', on_reject: 'end' },
      choose: {
        type: 'logic',
        rules: [
          { condition: 'a > 1', next_node: 'work' },
          { condition: 'a > 0', next_node: 'end' },
        ],
        default_next_node: 'work',
      },
      work: {
        type: 'parallel',
        branches: [{ branch_id: 'x', start_node: 'ask' }, 'end'],
        error_handlers: [{ error_type: 'Timeout', fallback_node: 'end' }],
        next_node: 'end',
      },
      end: { type: 'terminate' },
    },
  },
};

const arrows = (d: JsonObject) => edgesOf(d).map((e) => `${e.source}>${e.target}:${e.port}`);
const find = (d: JsonObject, id: string) => {
  const edge = edgesOf(d).find((e) => e.id === id);
  if (!edge) throw new Error(`no edge ${id}`);
  return edge;
};

test('every member that names a node is an edge', () => {
  expect(arrows(doc)).toEqual([
    'ask>choose:on_approve',
    'ask>end:on_reject',
    'choose>work:rules',
    'choose>end:rules',
    'choose>work:default_next_node',
    'work>ask:branches',
    'work>end:branches',
    'work>end:next_node',
    'work>end:error',
  ]);
});

test('an edge leads elsewhere, and the document around it stays as it was', () => {
  const moved = reconnect(doc, find(doc, 'choose|rules/1/next_node'), 'ask');
  expect(find(moved, 'choose|rules/1/next_node')).toMatchObject({ target: 'ask', label: 'a > 0' });
  expect(moved.kept).toBe(doc.kept);
  expect(reconnect(doc, find(doc, 'choose|rules/1/next_node'), 'nobody')).toBe(doc);
});

test('a rule goes with its edge, another member alone', () => {
  const cut = disconnect(doc, find(doc, 'choose|rules/0/next_node'));
  expect(nodesOf(cut).choose?.rules).toEqual([{ condition: 'a > 0', next_node: 'end' }]);
  const without = disconnect(doc, find(doc, 'ask|on_reject'));
  expect(nodesOf(without).ask).toEqual({ type: 'human_approval', on_approve: 'choose' });
});

test('each kind of way out is written as the language has it', () => {
  let d = connect(doc, 'choose', 'rules', 'ask');
  d = connect(d, 'work', 'branches', 'choose');
  d = connect(d, 'ask', 'on_timeout', 'end');
  d = connect(d, 'ask', 'option:later', 'end');
  expect(nodesOf(d).choose?.rules).toHaveLength(3);
  expect(nodesOf(d).work?.branches).toContainEqual({ branch_id: 'branch_3', start_node: 'choose' });
  expect(nodesOf(d).ask).toMatchObject({ on_timeout: 'end', option_routes: { later: 'end' } });
  expect(connect(doc, 'end', 'next_node', 'nobody')).toBe(doc);
});

test('ways out follow the type and how it decides', () => {
  const ids = (node: JsonObject) => portsOf(node).map((p) => p.id);
  expect(ids({ type: 'logic', condition: 'x' })).toEqual(['on_true', 'on_false']);
  expect(ids({ type: 'terminate' })).toEqual([]);
  expect(ids({ type: 'human_approval', options: ['a', { value: 'b' }] })).toEqual([
    'option:a',
    'option:b',
    'next_node',
  ]);
  expect(ids({ type: 'unheard-of' })).toEqual(['next_node']);
});

test('removed nodes leave no way that leads to them', () => {
  const d = removeNodes(doc, ['end', 'ask']);
  expect(Object.keys(nodesOf(d))).toEqual(['choose', 'work']);
  expect(startOf(d)).toBe('choose');
  expect(arrows(d)).toEqual(['choose>work:rules', 'choose>work:default_next_node']);
  expect(JSON.stringify(d)).not.toContain('"end"');
});

test('another name is used wherever the node was named, and order stays', () => {
  const d = renameNode(renameNode(doc, 'end', 'finish'), 'ask', 'question');
  expect(arrows(d)).toEqual(
    arrows(doc).map((a) =>
      a.replace(/^ask>/, 'question>').replace('>ask:', '>question:').replace('>end:', '>finish:'),
    ),
  );
  expect(startOf(d)).toBe('question');
  expect(Object.keys(nodesOf(d))).toEqual(['question', 'choose', 'work', 'finish']);
  expect(renameNode(doc, 'end', 'ask')).toBe(doc);
});

test('copies have names of their own and lead to each other', () => {
  const { ask, choose } = nodesOf(doc);
  const { doc: d, ids } = pasteNodes(doc, { ask: ask ?? {}, choose: choose ?? {} });
  expect(ids).toEqual(['ask_2', 'choose_2']);
  expect(nodesOf(d).ask_2).toEqual({ type: 'human_approval', on_approve: 'choose_2' });
  expect(nodesOf(d).choose_2).toEqual({ type: 'logic', rules: [] });
});

test('names are counted on, places are whole numbers', () => {
  expect(freeId(doc, 'new')).toBe('new');
  expect(freeId(doc, 'end')).toBe('end_2');
  const d = place(doc, new Map([['end', { x: 1.4, y: -2.6 }]]));
  expect(nodesOf(d).end?.position).toEqual({ x: 1, y: -3 });
});

test('a change deep inside copies only what is around it', () => {
  const value = { a: [{ b: 1 }], c: {} };
  const next = setAt(value, ['a', 0, 'b'], 2) as typeof value;
  expect(next).toEqual({ a: [{ b: 2 }], c: {} });
  expect(next.c).toBe(value.c);
  expect(setAt(value, ['a', 0], undefined)).toEqual({ a: [], c: {} });
});

test('a document without a graph has none, and nothing breaks', () => {
  for (const odd of [
    {},
    { workflow_graph: 7 },
    { workflow_graph: { nodes: [1] } },
  ] as JsonObject[]) {
    expect(nodesOf(odd)).toEqual({});
    expect(edgesOf(odd)).toEqual([]);
  }
});
