import { expect, test } from 'vitest';
import { fieldsOf, fieldsOfInputSchema, initialText, type Field } from './schema';

const brief = (fields: Field[]) => fields.map((f) => [f.name, f.type, f.required]);

test('the nested spelling says by its group what is required', () => {
  const fields = fieldsOf({
    required: { a: { type: 'string' }, b: { type: 'number', required: false } },
    optional: { c: { type: 'boolean' }, d: { type: 'array', required: true } },
  });
  expect(brief(fields)).toEqual([
    ['a', 'string', true],
    ['b', 'number', false],
    ['c', 'boolean', false],
    ['d', 'array', true],
  ]);
});

test('one group alone is the nested spelling too', () => {
  expect(brief(fieldsOf({ optional: { a: { type: 'string' } } }))).toEqual([
    ['a', 'string', false],
  ]);
});

test('the flat spelling says it in the entry, and may have a variable named "required"', () => {
  const fields = fieldsOf({
    a: { type: 'string', required: true },
    required: { type: 'boolean' },
    b: { type: 'object' },
  });
  expect(brief(fields)).toEqual([
    ['a', 'string', true],
    ['required', 'boolean', false],
    ['b', 'object', false],
  ]);
});

test('a bare value is a type and a default', () => {
  const fields = fieldsOf({ limit: 5, rate: 0.5, on: true, name: 'x', list: [1], any: null });
  expect(fields.map((f) => f.type)).toEqual([
    'integer',
    'number',
    'boolean',
    'string',
    'array',
    'any',
  ]);
  expect(fields[0]?.default).toBe(5);
});

test('what is no schema has no fields, and a type nobody knows is any', () => {
  expect([null, [], 'x', 3, undefined].flatMap(fieldsOf)).toEqual([]);
  expect(fieldsOf({ a: { type: 'money' } })[0]?.type).toBe('any');
});

test('rules, origin and secrecy are read from where they stand', () => {
  const [f, p, s] = fieldsOf({
    f: {
      type: 'string',
      title: 'T',
      description: 'D',
      origin: 'system_captured',
      coerce: true,
      validation: { regex: 'a+', min: 1, max: 3, format: 'email', allowed_values: ['a'] },
    },
    p: { type: 'password' },
    s: { type: 'string', validation: { sensitive: true }, enum: ['x', 2] },
  });
  expect(f).toMatchObject({
    title: 'T',
    description: 'D',
    hidden: true,
    coerce: true,
    sensitive: false,
    regex: 'a+',
    min: 1,
    max: 3,
    format: 'email',
    allowed: ['a'],
  });
  expect(p?.sensitive).toBe(true);
  expect(s).toMatchObject({ sensitive: true, allowed: ['x', 2] });
});

test('a default stands in the field unless the server has to render it', () => {
  const text = (value: unknown, type = 'any') =>
    initialText(fieldsOf({ v: { type, default: value } })[0] as Field);
  expect(text('x')).toBe('x');
  expect(text(5)).toBe('5');
  expect(text(false)).toBe('false');
  expect(text([1], 'array')).toBe('[\n  1\n]');
  expect(text('{{today}}')).toBe('');
  expect(text(['{{today}}'], 'array')).toBe('');
  expect(text(null)).toBe('');
});

test('an input schema may be a JSON Schema or a map of variables', () => {
  const schema = {
    type: 'object',
    required: ['n'],
    properties: {
      n: { type: 'integer', minimum: 1, maximum: 9 },
      s: { type: ['string', 'null'], pattern: 'b', enum: ['abc'], minLength: 2 },
    },
  };
  const [n, s] = fieldsOfInputSchema(schema);
  expect(n).toMatchObject({ name: 'n', type: 'integer', required: true, min: 1, max: 9 });
  expect(s).toMatchObject({ name: 's', type: 'string', required: false, min: 2, allowed: ['abc'] });
  expect(brief(fieldsOfInputSchema({ a: { type: 'number', required: true } }))).toEqual([
    ['a', 'number', true],
  ]);
});

test('a map of variables may have one that is named "properties"', () => {
  expect(brief(fieldsOfInputSchema({ properties: { type: 'string' } }))).toEqual([
    ['properties', 'string', false],
  ]);
});
