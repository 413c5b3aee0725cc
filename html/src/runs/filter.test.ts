import { beforeEach, expect, test } from 'vitest';
import { csvOf } from '../shared/download';
import { filterOf, howManySet, keepViews, queryOf, savedViews, withView } from './filter';

beforeEach(() => localStorage.clear());

test('the address is the filter, and a preset is a time before now', () => {
  const filter = filterOf(new URLSearchParams('status=failed&period=24h&other=1'));
  const now = Date.parse('2026-02-17T09:30:00Z');
  expect(howManySet(filter)).toBe(1);
  expect(queryOf(filter, now)).toMatchObject({
    status: 'failed',
    created_from: '2026-02-16T09:30:00.000Z',
    created_to: '',
  });
  expect(queryOf(filter, now)).not.toHaveProperty('period');
});

test('days are those of the reader, the last one to its end', () => {
  const { created_from: from = '', created_to: to = '' } = queryOf(
    filterOf(new URLSearchParams('created_from=2026-02-16&created_to=2026-02-16')),
    0,
  );
  expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000 - 1);
  expect(new Date(from).getHours()).toBe(0);
});

test('views are kept by name, and what is no view is left out', () => {
  keepViews(withView([{ name: 'a', search: 'x=1' }], { name: 'a', search: 'x=2' }));
  expect(savedViews()).toEqual([{ name: 'a', search: 'x=2' }]);
  localStorage.setItem('langorch.views.runs', '[{"name":1}, null]');
  expect(savedViews()).toEqual([]);
  localStorage.setItem('langorch.views.runs', '{');
  expect(savedViews()).toEqual([]);
});

test('cells are quoted, and none is a formula', () => {
  expect(
    csvOf(
      ['a', 'b'],
      [
        ['x,"y"', -1],
        ['=1+1', null],
      ],
    ),
  ).toBe('a,b\r\n"x,""y""",-1\r\n\'=1+1,\r\n');
});
