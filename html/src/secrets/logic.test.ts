import { expect, test } from 'vitest';
import { keeperInWords } from './logic';

const keeper = { provider: 'vault', configured: true, healthy: true, error: null };

test('a keeper is red only when it failed, not when nobody asked it', () => {
  expect(keeperInWords(keeper)).toEqual({ tone: 'ok', words: 'ready' });
  expect(keeperInWords({ ...keeper, healthy: null })).toMatchObject({ tone: 'calm' });
  expect(keeperInWords({ ...keeper, healthy: false, error: 'it refused the token' })).toEqual({
    tone: 'bad',
    words: 'it refused the token',
  });
  expect(keeperInWords({ ...keeper, configured: false, healthy: null })).toEqual({
    tone: 'calm',
    words: 'not configured',
  });
});
