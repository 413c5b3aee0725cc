import { expect, test } from 'vitest';
import {
  clockTime,
  count,
  duration,
  elapsed,
  exactTime,
  relativeTime,
  shortId,
  words,
} from './format';

test.each([
  [0, '0 ms'],
  [840, '840 ms'],
  [999, '999 ms'],
  [1000, '1 s'],
  [1400, '1.4 s'],
  [9994, '9.99 s'],
  [12_340, '12.3 s'],
  [59_949, '59.9 s'],
  [59_999, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [11_520_000, '3 h 12 min'],
  [86_400_000, '1 d'],
  [97_200_000, '1 d 3 h'],
])('%d ms is said as "%s"', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('a duration that is not known is a dash', () => {
  expect([null, undefined, NaN, Infinity].map(duration)).toEqual(['–', '–', '–', '–']);
});

const now = Date.parse('2026-02-17T09:30:00.000Z');

test.each([
  ['2026-02-17T09:29:58.000Z', 'just now'],
  ['2026-02-17T09:29:30.000Z', '30 s ago'],
  ['2026-02-17T09:28:00.000Z', '2 min ago'],
  ['2026-02-17T06:30:00.000Z', '3 h ago'],
  ['2026-02-14T09:30:00.000Z', '3 d ago'],
  ['2026-02-17T09:45:00.000Z', 'in 15 min'],
])('%s is "%s"', (at, text) => {
  expect(relativeTime(at, now)).toBe(text);
});

test('what has no time or a broken one is a dash', () => {
  expect([
    relativeTime(null, now),
    relativeTime('soon', now),
    exactTime(null),
    clockTime('x'),
  ]).toEqual(['–', '–', '–', '–']);
});

test('a run that has not ended took until now, and never less than nothing', () => {
  expect(elapsed('2026-02-17T09:29:00.000Z', null, now)).toBe('1 min');
  expect(elapsed('2026-02-17T09:29:00.000Z', '2026-02-17T09:29:00.250Z', now)).toBe('250 ms');
  expect(elapsed('2026-02-17T09:31:00.000Z', null, now)).toBe('0 ms');
  expect(elapsed(null, null, now)).toBe('–');
});

test('the clock shows milliseconds', () => {
  expect(clockTime('2026-02-17T09:30:00.125Z')).toMatch(/^\d\d:30:00\.125$/);
});

test('names become words, ids become short, numbers agree with what they count', () => {
  expect(words('waiting_approval')).toBe('Waiting approval');
  expect(words('')).toBe('');
  expect(shortId('ad3eb48b-8aeb-4a50-9611-c6337e194c4a')).toBe('7e194c4a');
  expect(shortId('short')).toBe('short');
  expect([count(1, 'run'), count(2, 'run'), count(1204, 'entry', 'entries')]).toEqual([
    '1 run',
    '2 runs',
    '1,204 entries',
  ]);
});
