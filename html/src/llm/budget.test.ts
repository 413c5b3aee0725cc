import { expect, test } from 'vitest';
import { dollars, stateOf, useOf } from './budget';

test('a budget warns at its part, and is over when all of it is used', () => {
  const b = { limit_usd: 2, warn_at: 0.8 };
  expect(stateOf(b, { spent_usd: 1.59 })).toBe('ok');
  expect(stateOf(b, { spent_usd: 1.6 })).toBe('warned');
  expect(stateOf(b, { spent_usd: 2 })).toBe('over');
  expect(stateOf({ limit_usd: 0, warn_at: 0.8 }, { spent_usd: 0 })).toBe('over');
  expect(useOf(b, { spent_usd: 0.5 })).toBe(0.25);
});

test('small amounts are not shown as nothing', () => {
  expect([0, 0.0012, 2.5].map(dollars)).toEqual(['$0.00', '$0.0012', '$2.50']);
});
