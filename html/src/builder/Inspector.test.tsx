import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { JsonObject } from '../shared/types';
import { Inspector } from './Inspector';
import type { NodeType } from './types';

afterEach(cleanup);

const type = {
  type: 'terminate',
  title: 'End',
  description: '',
  fields: [],
} as unknown as NodeType;

const doc: JsonObject = {
  workflow_graph: {
    start_node: 'one',
    nodes: { one: { type: 'terminate' }, other: { type: 'terminate' } },
  },
};

function fieldsOf(id: string) {
  return (
    <Inspector
      doc={doc}
      id={id}
      types={new Map([['terminate', type]])}
      context={{ found: [], nodes: ['one', 'other'], defs: {}, actionsId: 'actions' }}
      onChange={() => {}}
      onRename={() => {}}
      onRemove={() => {}}
    />
  );
}

test('the fields of another node take the place of those before, all of them', () => {
  const { rerender } = render(fieldsOf('one'));
  rerender(fieldsOf('other'));
  const ids = screen.getAllByLabelText('Id') as HTMLInputElement[];
  expect(ids.map((input) => input.value)).toEqual(['other']);
});
