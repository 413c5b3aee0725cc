import { expect, test } from 'vitest';
import { fieldsOfDef, fieldsOfType, readText, writeText } from './fields';
import type { NodeType } from './types';

const defs = {
  step: {
    properties: {
      action: { type: ['string', 'null'], description: 'What is done' },
      retry_on_failure: { type: ['boolean', 'null'], default: false },
      timeout_ms: { type: ['number', 'string', 'null'] },
      fallback_node: { type: ['string', 'null'] },
      condition: {},
      params: { default: {} },
      executor: { enum: ['auto', 'agent', null] },
      rollback: { deprecated: true },
    },
  },
  sequence: { properties: { steps: { items: { $ref: '#/$defs/step' } } } },
};

test('a form is made of what the server says of a type', () => {
  const field = { required: false, default: null, enum: null, help: '', common: false };
  const type = {
    type: 'sequence',
    fields: [
      { ...field, name: 'type', type: 'string' },
      { ...field, name: 'steps', type: 'array' },
      { ...field, name: 'next_node', type: 'node', common: true },
      { ...field, name: 'sla', type: 'object', common: true },
    ],
  } as NodeType;
  expect(fieldsOfType(type, defs).map((f) => [f.name, f.kind, f.of, f.common])).toEqual([
    ['steps', 'list', 'step', false],
    ['next_node', 'node', null, false],
    ['sla', 'json', null, true],
  ]);
});

test('the form of a step is made of its schema, without old names', () => {
  expect(Object.fromEntries(fieldsOfDef('step', defs).map((f) => [f.name, f.kind]))).toEqual({
    action: 'text',
    retry_on_failure: 'boolean',
    timeout_ms: 'number',
    fallback_node: 'node',
    condition: 'code',
    params: 'json',
    executor: 'choice',
  });
  expect(fieldsOfDef('nothing', defs)).toEqual([]);
});

test.each([
  ['number', '12', 12],
  ['number', '{{limit}}', '{{limit}}'],
  ['texts', 'a\n b \n', ['a', 'b']],
  ['json', '{"a":1}', { a: 1 }],
  ['json', '{{items}}', '{{items}}'],
  ['json', 'items', 'items'],
  ['text', ' ', undefined],
] as const)('as %s, %j is read as %j', (kind, text, value) => {
  expect(readText(kind, text)).toEqual({ value });
});

test('what is half written is told', () => {
  expect(readText('json', '{"a":')).toEqual({ wrong: 'This is not JSON' });
});

test('a value is written as it is read', () => {
  expect(writeText('json', { a: 1 })).toBe('{\n  "a": 1\n}');
  expect(writeText('texts', ['a', 'b'])).toBe('a\nb');
  expect(writeText('number', 3)).toBe('3');
  expect(writeText('text', undefined)).toBe('');
});
