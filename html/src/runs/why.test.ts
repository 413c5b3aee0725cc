import { expect, test } from 'vitest';
import type { Run } from '../shared/types';
import type { RunDiagnostics } from './types';
import { whyFailed, whyWaiting } from './why';

const failed = { status: 'failed', error_message: 'Boom' } as Run;

test('a failure is told with its place, its tries and what may help', () => {
  const d = {
    failure: {
      class: 'agent_error',
      node_id: 'pay',
      step_id: 'charge',
      message: 'CardDeclined',
      retryable: true,
    },
    retries: [
      { node_id: 'pay', step_id: 'charge' },
      { node_id: 'pay', step_id: 'charge' },
    ],
  } as RunDiagnostics;
  expect(whyFailed(failed, d)).toBe(
    'It failed at pay, in step charge after 3 attempts, because an agent reported an error: ' +
      'CardDeclined. Trying again may help.',
  );
});

test('before the diagnostics are there the message of the run is told', () => {
  expect(whyFailed(failed, undefined)).toBe('It failed: Boom');
  expect(whyFailed({ status: 'completed' } as Run, undefined)).toBe(null);
});

test('a wait is told with its time, and a run that is over waits for nothing', () => {
  const d = {
    waiting_for: 'approval',
    waiting_since: '2026-02-17T09:30:00.000Z',
  } as RunDiagnostics;
  const now = Date.parse('2026-02-17T09:32:00.000Z');
  expect(whyWaiting({ status: 'waiting_approval' } as Run, d, now)).toBe(
    'It waits for a decision, for 2 min now.',
  );
  expect(whyWaiting({ status: 'canceled' } as Run, d, now)).toBe(null);
});
