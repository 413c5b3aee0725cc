import { expect, test } from 'vitest';
import type { Run } from '../shared/types';
import {
  actionsOf,
  emptyTimeline,
  filterEntries,
  foldEvent,
  foldEvents,
  gapBefore,
  readEvent,
} from './logic';
import type { RunEvent } from './types';

function event(seq: number, type: string, more: Partial<RunEvent> = {}): RunEvent {
  const ms = String(seq % 1000).padStart(3, '0');
  return {
    event_id: seq + 100,
    seq,
    run_id: 'r',
    created_at: `2026-02-17T09:30:00.${ms}Z`,
    event_type: type,
    node_id: null,
    step_id: null,
    attempt: null,
    payload: {},
    ...more,
  };
}

const life = [
  event(1, 'run_created'),
  event(2, 'execution_started'),
  event(3, 'node_started', { node_id: 'a', payload: { node_type: 'sequence' } }),
  event(4, 'step_started', { node_id: 'a', step_id: 's', payload: { action: 'log' } }),
  event(5, 'step_failed', { node_id: 'a', step_id: 's', payload: { error: 'broken' } }),
  event(6, 'approval_requested', { node_id: 'b', payload: { prompt: 'Sure?' } }),
];

test('events are folded in order into entries and a state', () => {
  const line = foldEvents(emptyTimeline, life);
  expect(line.entries.map((e) => e.seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(line).toMatchObject({ seq: 6, status: 'waiting_approval', missed: 0 });
});

test('one by one or all at once gives the same', () => {
  expect(life.reduce(foldEvent, emptyTimeline)).toEqual(foldEvents(emptyTimeline, life));
});

test('what arrives twice after a reconnect counts once', () => {
  const line = foldEvents(emptyTimeline, life);
  expect(foldEvents(line, life)).toBe(line);
  expect(foldEvents(line, [...life.slice(3), event(7, 'run_completed')]).entries).toHaveLength(7);
});

test('a hole in the sequence is counted, not hidden', () => {
  expect(foldEvents(emptyTimeline, [event(1, 'run_created'), event(4, 'run_paused')]).missed).toBe(
    2,
  );
});

test('folding leaves the timeline before it as it was', () => {
  const before = foldEvents(emptyTimeline, life.slice(0, 2));
  const copy = structuredClone(before.entries);
  foldEvent(before, event(3, 'node_started'));
  expect(before.entries).toEqual(copy);
  expect(emptyTimeline.entries).toEqual([]);
});

test.each([
  [['run_created', 'execution_started'], 'running'],
  [['execution_started', 'approval_requested', 'node_paused'], 'waiting_approval'],
  [['approval_requested', 'step_started'], 'running'],
  [['approval_requested', 'approval_decision_received'], 'created'],
  [['approval_decision_received', 'execution_resumed'], 'running'],
  [['execution_started', 'run_failed'], 'failed'],
  [['run_failed', 'run_retry_requested'], 'created'],
  [['run_cancel_requested', 'run_canceled'], 'canceled'],
  [['run_paused'], 'paused'],
  [['checkpoint_saved'], null],
])('after %j a run is %s', (types, status) => {
  const events = types.map((type, i) => event(i + 1, type));
  expect(foldEvents(emptyTimeline, events).status).toBe(status);
});

test('a burst of ten thousand events is folded in one go', () => {
  const many = Array.from({ length: 10_000 }, (_, i) => event(i + 1, 'log'));
  const start = performance.now();
  expect(foldEvents(emptyTimeline, many).entries).toHaveLength(10_000);
  expect(performance.now() - start).toBeLessThan(1000);
});

test('the views leave out steps, or all but the problems', () => {
  const { entries } = foldEvents(emptyTimeline, life);
  expect(filterEntries(entries, 'all', '')).toBe(entries);
  expect(filterEntries(entries, 'main', '').map((e) => e.seq)).toEqual([1, 2, 3, 6]);
  expect(filterEntries(entries, 'problems', '').map((e) => e.seq)).toEqual([5]);
});

test('the search looks at what one sees and at the type of the event', () => {
  const { entries } = foldEvents(emptyTimeline, life);
  expect(filterEntries(entries, 'all', 'SURE').map((e) => e.seq)).toEqual([6]);
  expect(filterEntries(entries, 'all', 'step_').map((e) => e.seq)).toEqual([4, 5]);
  expect(filterEntries(entries, 'problems', 'sure')).toEqual([]);
});

test('the gap before an entry is the time since the one before it', () => {
  const { entries } = foldEvents(emptyTimeline, [event(1, 'log'), event(250, 'log')]);
  expect([gapBefore(entries, 0), gapBefore(entries, 1)]).toEqual([null, 249]);
});

test('a message that is no event is not shown', () => {
  expect(readEvent(JSON.stringify(life[0]))).toEqual(life[0]);
  expect(['{', 'null', '3', '{"seq":1}', '{"seq":"1","event_type":"x"}'].map(readEvent)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});

test.each([
  ['running', ['cancel', 'pause']],
  ['waiting_approval', ['cancel', 'pause']],
  ['paused', ['cancel', 'release']],
  ['completed', ['rerun']],
  ['failed', ['resume', 'rerun']],
  ['canceled', ['resume', 'rerun']],
])('of a run that is %s one can %j', (status, can) => {
  const actions = Object.entries(actionsOf({ status, cancellation_requested: false } as Run));
  expect(actions.filter(([, may]) => may).map(([name]) => name)).toEqual(can);
});

test('a run that is being canceled is not canceled again', () => {
  expect(actionsOf({ status: 'running', cancellation_requested: true } as Run).cancel).toBe(false);
});

