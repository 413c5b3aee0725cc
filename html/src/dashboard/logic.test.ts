import { expect, test } from 'vitest';
import { healthInWords } from './logic';

test('a server that is ready says so', () => {
  const checks = { store: 'ok', engine: 'ok' };
  expect(healthInWords({ status: 'ready', checks }, false)).toEqual(['ok', 'Ready']);
});

test('locked secrets are told but are no failure', () => {
  const checks = { store: 'ok', secrets: 'locked' };
  expect(healthInWords({ status: 'ready', checks }, false)).toEqual(['wait', 'secrets locked']);
});

test('a server that is not ready says why', () => {
  const checks = { store: 'cannot commit', engine: 'ok' };
  expect(healthInWords({ status: 'unready', checks }, false)).toEqual([
    'bad',
    'store cannot commit',
  ]);
});

test('before an answer it is being asked, without one it is not reachable', () => {
  expect(healthInWords(undefined, false)).toEqual(['calm', 'Asking']);
  expect(healthInWords(undefined, true)).toEqual(['bad', 'Not reachable']);
});
