import { expect, test } from 'vitest';
import type { JsonObject } from '../shared/types';
import {
  add,
  change,
  graphFamily as g,
  itemsOf,
  listFamily as l,
  remove,
  rename,
  wait,
} from './draft';

const graph: JsonObject = {
  name: 'x',
  on_error: 'continue',
  nodes: [
    { node_id: 'a', name: 'a', node_type: 'agent_call', position: { x: 1, y: 2 } },
    { node_id: 'b', node_type: 'human_gate', inputs: { p: '$a.price', q: '$ab.x', n: 1 } },
  ],
  edges: [{ from_node_id: 'a', to_node_id: 'b', condition: '$a.ok' }],
};

const list: JsonObject = {
  name: 'y',
  steps: [
    { id: 'a', type: 'task', config: { action: 'validate_order' } },
    { id: 'b', type: 'task', config: { action: 'ship_order' }, depends_on: ['a'] },
  ],
};

test('a new node waits for the last one, and what no form knows stays', () => {
  const next = add(g, graph);
  expect(itemsOf(g, next).map((i) => [i.id, i.after])).toEqual([
    ['a', []],
    ['b', ['a']],
    ['node_3', ['b']],
  ]);
  expect(next).toMatchObject({ on_error: 'continue' });
  expect(itemsOf(g, next)[0]?.body.position).toEqual({ x: 1, y: 2 });
});

test('a name is changed wherever it stands', () => {
  const next = rename(g, graph, 0, 'look');
  expect(itemsOf(g, next)[0]?.body).toMatchObject({ node_id: 'look', name: 'look' });
  expect(next.edges).toEqual([{ from_node_id: 'look', to_node_id: 'b', condition: '$a.ok' }]);
  expect(itemsOf(g, next)[1]?.body.inputs).toEqual({ p: '$look.price', q: '$ab.x', n: 1 });
  expect(itemsOf(l, rename(l, list, 0, 'check'))[1]?.after).toEqual(['check']);
});

test('who waited for one that is gone waits for those before it', () => {
  const three = add(g, graph);
  expect(itemsOf(g, remove(g, three, 1)).map((i) => [i.id, i.after])).toEqual([
    ['a', []],
    ['node_3', ['a']],
  ]);
  expect(remove(l, list, 0).steps).toEqual([
    { id: 'b', type: 'task', config: { action: 'ship_order' } },
  ]);
});

test('waiting is said once and taken back', () => {
  expect(wait(l, list, 1, 'a', true)).toBe(list);
  expect(wait(g, graph, 1, 'a', false).edges).toEqual([]);
  expect(itemsOf(l, change(l, list, 0, { config: undefined }))[0]?.body).toEqual({
    id: 'a',
    type: 'task',
  });
});
