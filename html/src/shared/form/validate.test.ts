import { expect, test } from 'vitest';
import type { Json } from '../types';
import { fieldsOf, fieldsOfInputSchema, type Field } from './schema';
import { readField, readForm, rulesInWords } from './validate';

function field(entry: { [name: string]: Json }): Field {
  return fieldsOf({ v: entry })[0] as Field;
}

/** The value that is read, or the sentence of what is wrong, or "missing". */
function read(entry: { [name: string]: Json }, text: string): unknown {
  const result = readField(field(entry), text);
  if (result.kind === 'missing') return 'missing';
  return result.kind === 'value' ? [result.value] : result.sentence;
}

const rules = (type: string, validation: { [name: string]: Json }) => ({ type, validation });

test.each(['', '  ', '\n\t'])('%j counts as missing', (text) => {
  expect(read({ type: 'string' }, text)).toBe('missing');
  expect(read({ type: 'string', required: true }, text)).toBe('This field is required');
  expect(read({ type: 'string', required: true, default: 'x' }, text)).toBe('missing');
});

test.each([
  ['string', '5', ['5']],
  ['password', ' a ', [' a ']],
  ['number', '5', [5]],
  ['number', ' -1.5e3 ', [-1500]],
  ['number', '05', 'Must be a number'],
  ['number', '5x', 'Must be a number'],
  ['number', '0x10', 'Must be a number'],
  ['integer', '7', [7]],
  ['integer', '7.0', [7]],
  ['integer', '7.5', 'Must be an integer'],
  ['boolean', 'true', [true]],
  ['boolean', 'yes', 'Must be a boolean (true/false)'],
  ['array', '[1, "a"]', [[1, 'a']]],
  ['array', '{}', 'Must be a valid array'],
  ['array', '[1', 'Must be a valid array'],
  ['object', '{"a": 1}', [{ a: 1 }]],
  ['object', '[]', 'Must be a valid object'],
  ['object', 'null', 'Must be a valid object'],
  ['any', '{"a": 1}', [{ a: 1 }]],
  ['any', 'plain words', ['plain words']],
])('as %s, %j is %j', (type, text, expected) => {
  expect(read({ type }, text)).toEqual(expected);
});

test('a pattern matches the whole value or not at all', () => {
  const entry = rules('string', { regex: 'a|b+' });
  expect(read(entry, 'bbb')).toEqual(['bbb']);
  expect(read(entry, 'ab')).toBe('Does not match required pattern: a|b+');
  expect(read(entry, 'a\n')).toBe('Does not match required pattern: a|b+');
});

test('a pattern that only PCRE understands is left to the server', () => {
  expect(read(rules('string', { regex: '(?i)x(?<n' }), 'X')).toEqual(['X']);
  expect(read(rules('string', { regex: '[\\-_]+' }), '-_')).toEqual(['-_']);
});

test('bounds are inclusive: of numbers, of characters, of items', () => {
  const number = rules('number', { min: 1, max: 5 });
  expect([read(number, '1'), read(number, '5')]).toEqual([[1], [5]]);
  expect(read(number, '0.9')).toBe('Must be at least 1');
  expect(read(number, '5.1')).toBe('Must be at most 5');

  const text = rules('string', { min: 2, max: 3 });
  expect(read(text, 'a')).toBe('Must be at least 2 characters');
  expect(read(text, '😀😀😀')).toEqual(['😀😀😀']);
  expect(read(text, 'abcd')).toBe('Must be at most 3 characters');

  const list = rules('array', { min: 1, max: 2 });
  expect(read(list, '[]')).toBe('Must be at least 1 items');
  expect(read(list, '[1,2,3]')).toBe('Must be at most 2 items');
});

test('of allowed values the very value is sent, whatever stands in the field', () => {
  const entry = rules('any', { allowed_values: ['a', 2, true] });
  expect(read(entry, '2')).toEqual([2]);
  expect(read(entry, 'true')).toEqual([true]);
  expect(read(entry, 'b')).toBe('Must be one of: a, 2, true');
});

test('the first rule that fails is told: allowed values before pattern before bounds', () => {
  const entry = rules('string', { allowed_values: ['abc'], regex: 'x', max: 1 });
  expect(read(entry, 'zz')).toMatch(/^Must be one of/);
  expect(read(rules('string', { regex: 'x', max: 1 }), 'zz')).toMatch(/pattern/);
});

test.each([
  ['email', 'a@b', 'a b@c'],
  ['uri', 'https://h/x', 'h/x'],
  ['date', '2026-02-17', '2026-02-32'],
  ['date-time', '2026-02-17T09:30:00Z', '2026-02-17 09:30'],
  ['uuid', 'ad3eb48b-8aeb-4a50-9611-c6337e194c4a', 'ad3eb48b'],
  ['ipv4', '127.0.0.1', '127.0.0.256'],
  ['ipv6', '::1', '12345::'],
])('format %s takes %s and refuses %s', (format, good, bad) => {
  expect(read(rules('string', { format }), good)).toEqual([good]);
  expect(read(rules('string', { format }), bad)).toBe(`Must be a valid ${format}`);
});

test('a default that nobody changed is not sent and not checked', () => {
  const entry = { type: 'integer', default: 9, validation: { max: 5 } };
  expect(read(entry, '9')).toBe('missing');
  expect(read(entry, '8')).toBe('Must be at most 5');
});

test('the mask of a hidden value is no value', () => {
  expect(read({ type: 'string' }, '***REDACTED***')).toMatch(/mask/);
});

test('a form gives what to send and what is wrong, and leaves hidden variables out', () => {
  const fields = fieldsOf({
    required: { a: { type: 'integer' }, b: { type: 'string' } },
    optional: {
      c: { type: 'string' },
      d: { type: 'string', origin: 'system_captured', required: true },
    },
  });
  expect(readForm(fields, { a: '3', c: '', d: 'x' })).toEqual({
    values: { a: 3 },
    errors: { b: 'This field is required' },
  });
});

test('a pattern of a JSON Schema may match anywhere', () => {
  const schema = { type: 'object', properties: { s: { type: 'string', pattern: 'b' } } };
  const s = fieldsOfInputSchema(schema)[0] as Field;
  expect(readField(s, 'abc').kind).toBe('value');
  expect(readField(s, 'ac').kind).toBe('error');
});

test('rules are told in words', () => {
  expect(
    rulesInWords(field(rules('string', { min: 1, max: 3, regex: 'a+', format: 'email' }))),
  ).toEqual(['1 to 3 characters', 'pattern a+', 'email']);
  expect(rulesInWords(field({ type: 'number', default: 5, validation: { min: 1 } }))).toEqual([
    'at least 1',
    'when empty: 5',
  ]);
  expect(rulesInWords(field({ type: 'password', default: 'pw' }))).toEqual([
    'when empty: the default',
  ]);
});
