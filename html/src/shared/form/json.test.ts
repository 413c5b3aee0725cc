import { expect, test } from 'vitest';
import { objectOf } from './json';

test('a text is an object, or nothing', () => {
  expect(objectOf('{"a":1}')).toEqual({ a: 1 });
  expect(['[]', 'null', '3', '', '{'].map(objectOf)).toEqual([null, null, null, null, null]);
});
