import { beforeEach, expect, test } from 'vitest';
import { fieldsOf } from '../shared/form/schema';
import { csvRows, forgetSet, keepSet, rowsOf, savedSets } from './inputs';

const fields = fieldsOf({
  name: { type: 'string', required: true },
  copies: { type: 'integer', validation: { min: 1 } },
  pin: { type: 'password' },
});

beforeEach(() => localStorage.clear());

test('csv is read as spreadsheets write it', () => {
  expect(csvRows('a,b\r\n"x, ""y""\nz",2\r\n\r\n')).toEqual([
    ['a', 'b'],
    ['x, "y"\nz', '2'],
  ]);
  expect(csvRows('a;b\n1,5;2')).toEqual([
    ['a', 'b'],
    ['1,5', '2'],
  ]);
});

test('each row is read like the form, with what is wrong in it', () => {
  expect(rowsOf('name,copies\nAda,2\n,0', fields)).toEqual({
    rows: [
      { n: 1, values: { name: 'Ada', copies: 2 }, errors: {} },
      {
        n: 2,
        values: {},
        errors: { name: 'This field is required', copies: 'Must be at least 1' },
      },
    ],
  });
  expect(rowsOf('nam\nAda', fields)).toEqual({ wrong: 'No such input: nam' });
});

test('so are the objects of a JSON array', () => {
  expect(rowsOf('[{"name":"Ada"},{"copies":"x"}]', fields)).toMatchObject({
    rows: [
      { errors: {} },
      { errors: { name: 'This field is required', copies: 'Must be a number' } },
    ],
  });
  expect(rowsOf('{"name":"Ada"}', fields)).toHaveProperty('wrong');
  expect(rowsOf('[1]', fields)).toHaveProperty('wrong');
  expect(rowsOf('', fields)).toEqual({ rows: [] });
});

test('a set of inputs is kept by its name, without what is secret', () => {
  keepSet('p', fields, { name: 'one', texts: { name: 'Ada', pin: '1234' } });
  expect(savedSets('p')).toEqual([{ name: 'one', texts: { name: 'Ada' } }]);
  expect(localStorage.getItem('langorch.inputs.p')).not.toContain('1234');
  expect(forgetSet('p', 'one')).toEqual([]);
  expect(savedSets('other')).toEqual([]);
});
