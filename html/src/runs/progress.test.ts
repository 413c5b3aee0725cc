import { expect, test } from 'vitest';
import { ticksOf } from './Gantt';
import { emptyTimeline, foldEvents } from './logic';
import { progressOf } from './progress';
import { changesOf } from './StateView';
import type { RunEvent } from './types';

let n = 0;

function event(type: string, node: string | null, more: Partial<RunEvent> = {}): RunEvent {
  n++;
  return {
    event_id: n,
    seq: n,
    run_id: 'r',
    event_type: type,
    node_id: node,
    step_id: null,
    attempt: null,
    payload: {},
    created_at: new Date(1_800_000_000_000 + n * 100).toISOString(),
    ...more,
  };
}

function fold(...events: RunEvent[]) {
  return progressOf(foldEvents(emptyTimeline, events).entries);
}

const step = (type: string, attempt: number) =>
  event(type, 'a', { step_id: 's', attempt, payload: { error: 'x' } });

test('nodes show where the run is, and the edges that led there', () => {
  n = 0;
  const p = fold(
    event('execution_started', null),
    event('node_started', 'a'),
    event('node_completed', 'a', { payload: { next_node: 'b' } }),
    event('node_started', 'b'),
    event('node_paused', 'b', { payload: { reason: 'awaiting_approval' } }),
  );
  expect(p.nodes.get('a')).toMatchObject({ status: 'done', visits: 1, ms: 100 });
  expect(p.nodes.get('b')).toMatchObject({ status: 'waiting' });
  expect([...p.taken]).toEqual(['a>b']);
});

test('each try of a step is a bar, and the one that failed is seen', () => {
  n = 0;
  const p = fold(
    event('node_started', 'a'),
    step('step_started', 1),
    step('step_retry', 1),
    step('step_dispatched', 2),
    step('step_completed', 2),
  );
  const lane = p.lanes.find((l) => l.kind === 'step');
  expect(lane?.spans.map((s) => [s.tone, s.to === null])).toEqual([
    ['bad', false],
    ['ok', false],
  ]);
});

test('when the run is over nothing lasts', () => {
  n = 0;
  const p = fold(event('node_started', 'a'), step('step_started', 1), event('run_failed', null));
  expect(p.nodes.get('a')?.status).toBe('failed');
  expect(p.lanes.flatMap((l) => l.spans).every((s) => s.to !== null)).toBe(true);
});

test('a loop counts its visits', () => {
  n = 0;
  const round = () => [event('node_started', 'a'), event('node_completed', 'a')];
  expect(fold(...round(), ...round(), ...round()).nodes.get('a')).toMatchObject({
    visits: 3,
    ms: 300,
  });
});

test('tasks of a dag are nodes of their own', () => {
  n = 0;
  const task = (type: string) =>
    event(type, 'flow', { payload: { task_id: 't', error: 'broken' } });
  const p = fold(event('node_started', 'flow'), task('task_started'), task('task_failed'));
  expect(p.nodes.get('flow.t')).toMatchObject({ status: 'failed', error: 'broken' });
});

test('a question to a model has what it took', () => {
  n = 0;
  const p = fold(
    event('llm_call_started', 'a', { payload: { model: 'm' } }),
    event('llm_call_completed', 'a', {
      payload: { model_used: 'm2', latency_ms: 40, prompt_tokens: 3, completion_tokens: 4 },
    }),
    event('llm_call_started', 'a', { payload: { model: 'm' } }),
    event('llm_call_failed', 'a', { payload: { error: 'no answer' } }),
  );
  expect(p.models).toMatchObject([
    { model: 'm2', status: 'answered', tokens: [3, 4], latency_ms: 40 },
    { model: 'm', status: 'failed', note: 'no answer' },
  ]);
});

test('ten thousand events are gone through in no time that one notices', () => {
  n = 0;
  const events = Array.from({ length: 5000 }, (_, i) => [
    event('step_started', 'a', { step_id: `s${i % 50}`, payload: { path: `a#${i}` } }),
    event('step_completed', 'a', { step_id: `s${i % 50}`, payload: { path: `a#${i}` } }),
  ]).flat();
  const { entries } = foldEvents(emptyTimeline, events);
  const from = performance.now();
  const p = progressOf(entries);
  expect(performance.now() - from).toBeLessThan(500);
  expect(p.lanes).toHaveLength(50);
});

test('the axis has a few round times', () => {
  expect(ticksOf(2013)).toEqual([0, 500, 1000, 1500]);
  for (const span of [3, 900, 61_000, 7_300_000, 900_000_000]) {
    expect(ticksOf(span).length).toBeGreaterThan(1);
    expect(ticksOf(span).length).toBeLessThanOrEqual(7);
  }
});

test('what changed between two states is told', () => {
  expect(changesOf({ a: 1, b: 2, c: [] }, { a: 1, b: 3, d: 4 })).toEqual([
    ['a', 1, null],
    ['b', 2, 'changed'],
    ['c', [], 'new'],
    ['d', 4, 'gone'],
  ]);
});
