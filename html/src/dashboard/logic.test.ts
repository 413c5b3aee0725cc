import { expect, test } from 'vitest';
import type { Run } from '../shared/types';
import { byCause, byHour, middleByHour, healthInWords } from './logic';

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

function run(more: Partial<Run>): Run {
  return {
    procedure_id: 'p',
    status: 'completed',
    created_at: '2026-02-17T09:30:00.000Z',
    duration_seconds: null,
    error_message: null,
    ...more,
  } as Run;
}

const now = Date.parse('2026-02-17T10:05:00.000Z');

test('runs are counted in the hour of their creation', () => {
  const bars = byHour(
    [
      run({}),
      run({ status: 'failed' }),
      run({ created_at: '2026-02-17T10:01:00.000Z' }),
      run({ created_at: '2026-02-10T10:01:00.000Z' }),
    ],
    now,
    3,
  );
  expect(bars.map((b) => b.parts.map((p) => p.n))).toEqual([
    [0, 0, 0],
    [1, 1, 0],
    [1, 0, 0],
  ]);
});

test('the middle of what runs took is told by the hour', () => {
  const took = [3, 1, 100].map((duration_seconds) => run({ duration_seconds }));
  expect(middleByHour(took, now, 2).map((b) => b.parts[0]?.n)).toEqual([3000, 0]);
});

test('failures that differ only in ids and numbers have one cause', () => {
  const causes = byCause([
    run({ error_message: "no agent for 'a', attempt 1" }),
    run({ error_message: 'other' }),
    run({ error_message: "no agent for 'b', attempt 22" }),
  ]);
  expect(causes.map((c) => [c.message, c.n])).toEqual([
    ["no agent for 'a', attempt 1", 2],
    ['other', 1],
  ]);
});
