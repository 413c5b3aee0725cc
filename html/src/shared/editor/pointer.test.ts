import { expect, test } from 'vitest';
import { locate, placesOf, pointerAt } from './pointer';

const text = '{\n  "a": { "b/c": [1, {"d": "x\\"y"}] },\n  "e": null\n}';
const at = (pointer: string, of = text) => {
  const { from, to } = locate(placesOf(of), pointer);
  return of.slice(from, to);
};

test('a pointer leads to its value', () => {
  expect(at('/a/b~1c/0')).toBe('1');
  expect(at('/a/b~1c/1/d')).toBe('"x\\"y"');
  expect(at('/e')).toBe('null');
});

test('what is not there leads to what is around it', () => {
  expect(at('/a/b~1c/1/gone/deeper')).toBe('{"d": "x\\"y"}');
  expect(at('/nothing')).toBe('{');
});

test('a text that is being written is read as far as it goes', () => {
  expect(at('/a/b', '{"a": {"b": [1, 2], "c"')).toBe('[1, 2]');
  expect(at('/a/c', '{"a": {"b": [1, 2], "c"')).toBe('"c"');
  expect(placesOf('')).toEqual(new Map());
  expect(locate(placesOf(''), '/a')).toEqual({ from: 0, to: 0 });
});

test('an offset leads to the innermost value', () => {
  const places = placesOf(text);
  expect(pointerAt(places, text.indexOf('x\\"'))).toBe('/a/b~1c/1/d');
  expect(pointerAt(places, 0)).toBe('');
});
