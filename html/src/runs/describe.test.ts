import { expect, test } from 'vitest';
import type { Json } from '../shared/types';
import { describeEvent } from './describe';

function say(type: string, payload: { [name: string]: Json } | null = {}, node = 'n', step = 's') {
  return describeEvent({
    event_id: 1,
    seq: 1,
    run_id: 'r',
    created_at: '2026-02-17T09:30:00.125Z',
    event_type: type,
    node_id: node,
    step_id: step,
    attempt: null,
    payload,
  });
}

test('an event is told in words with the colour of its outcome', () => {
  expect(say('step_completed', { duration_ms: 1400, output_variable: 'out' })).toEqual({
    title: 's completed',
    detail: '1.4 s · → out',
    tone: 'ok',
  });
  expect(say('run_failed', { error: 'no executor' })).toEqual({
    title: 'Run failed',
    detail: 'no executor',
    tone: 'bad',
  });
  expect(say('execution_resumed', { resume_reason: 'crash_recovery', entry_node_id: 'a' })).toEqual(
    {
      title: 'Run resumed after a restart of the server',
      detail: 'a',
      tone: 'busy',
    },
  );
  expect(say('step_retry', { attempt: 1, max_retries: 3, delay_ms: 2000, error: 'x' }).detail).toBe(
    'attempt 1 of 4 · again in 2 s · x',
  );
});

test('a decision has the colour of what was decided', () => {
  expect(say('approval_decision_received', { decision: 'rejected' }).tone).toBe('bad');
  expect(say('approval_decision_received', { decision: 'approved' }).tone).toBe('ok');
});

test('a log line is its message, and its level when that is not ordinary', () => {
  expect(say('log', { message: 'hello', level: 'INFO' })).toEqual({
    title: 'hello',
    detail: null,
    tone: 'calm',
  });
  expect(say('log', { message: 'hello', level: 'ERROR' })).toEqual({
    title: 'hello',
    detail: 'ERROR',
    tone: 'bad',
  });
});

test('a type that nobody knows is told by its name', () => {
  expect(say('moon_phase_changed', { message: 'full' })).toEqual({
    title: 'Moon phase changed',
    detail: 'full',
    tone: 'calm',
  });
  expect(say('tide_failed').tone).toBe('bad');
});

test('a payload that is missing or of other types breaks nothing', () => {
  const odd: { [name: string]: Json } = {
    error: { a: 1 },
    duration_ms: 'x',
    next_node: 3,
    level: [],
    decision: null,
    delay_ms: null,
  };
  const types = [
    'run_created',
    'node_completed',
    'node_error',
    'step_retry',
    'log',
    'approval_decision_received',
    'logic_evaluated',
    'node_paused',
    'step_failed',
  ];
  for (const type of types) {
    expect(say(type, null).title).not.toBe('');
    expect(say(type, odd).title).not.toMatch(/object|undefined|null/);
  }
});
