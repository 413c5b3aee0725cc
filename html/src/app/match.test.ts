import { expect, test } from 'vitest';
import { matching } from './match';

const list = [
  { name: 'Dashboard', group: 'Page' },
  { name: 'All runs', group: 'Page' },
  { name: 'Runs', group: 'Page' },
  { name: 'Theme: dark', group: 'Action' },
];
const names = (text: string) => matching(text, list).map((item) => item.name);

test('all words have to be there, and what begins with the text comes first', () => {
  expect(names('run')).toEqual(['Runs', 'All runs']);
  expect(names('dark the')).toEqual(['Theme: dark']);
  expect(names('action')).toEqual(['Theme: dark']);
  expect(names('zebra')).toEqual([]);
  expect(names('')).toHaveLength(4);
});
