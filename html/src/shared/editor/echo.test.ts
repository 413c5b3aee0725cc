import { expect, test } from 'vitest';
import { Echo } from './echo';

test('what one wrote oneself is no news, also when it comes late', () => {
  const echo = new Echo<string>();
  echo.tell('a');
  echo.tell('ab');
  expect(echo.isOwn('a')).toBe(true);
  echo.tell('abc');
  expect(echo.isOwn('abc')).toBe(true);
});

test('what others write is news, and so is what one wrote before them', () => {
  const echo = new Echo<string>();
  echo.tell('a');
  expect(echo.isOwn('b')).toBe(false);
  expect(echo.isOwn('a')).toBe(false);
});

test('going back to what one wrote long ago is news', () => {
  const echo = new Echo<string>();
  echo.tell('a');
  echo.tell('ab');
  expect(echo.isOwn('ab')).toBe(true);
  expect(echo.isOwn('a')).toBe(false);
});
