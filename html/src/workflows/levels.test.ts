import { expect, test } from 'vitest';
import { levelsOf } from './levels';

test('a step stands behind the last of those that it waits for', () => {
  expect(
    levelsOf([
      { id: 'a', depends_on: [] },
      { id: 'b', depends_on: ['a'] },
      { id: 'c', depends_on: ['a', 'b'] },
      { id: 'd', depends_on: [] },
    ]),
  ).toEqual([['a', 'd'], ['b'], ['c']]);
});

test('what waits for nobody that is there, or for itself, is no reason to hang', () => {
  expect(levelsOf([{ id: 'a', depends_on: ['gone'] }])).toEqual([['a']]);
  expect(
    levelsOf([
      { id: 'a', depends_on: ['b'] },
      { id: 'b', depends_on: ['a'] },
    ])
      .flat()
      .sort(),
  ).toEqual(['a', 'b']);
  expect(levelsOf([])).toEqual([]);
});
