import { expect, test } from 'vitest';
import { decoded } from './pathId';

test('what the router left encoded of an id is decoded', () => {
  expect(decoded('odd%3Aid~x%40y%2Bz')).toBe('odd:id~x@y+z');
});

test('an id that only looks encoded stays as it is', () => {
  expect(decoded('100%')).toBe('100%');
});
