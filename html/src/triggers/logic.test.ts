import { expect, test } from 'vitest';
import { bodyOf, mappingOf, rowFault, rowsOf, textsOf } from './logic';
import type { Trigger } from './types';

const webhook: Trigger = {
  id: 1,
  procedure_id: 'p',
  version: '1.0.0',
  trigger_type: 'webhook',
  schedule: null,
  webhook_secret: 'KEY',
  event_source: null,
  allowed_sources: ['10.0.0.0/8', '192.0.2.7'],
  input_mapping: { order: '/order/id', from: "{{trigger.headers['x']}}", tries: 3, list: [1] },
  dedupe_window_seconds: 60,
  max_concurrent_runs: 2,
  enabled: true,
  timezone: 'UTC',
  next_fire_at: null,
  last_fired_at: null,
  last_run_id: null,
  created_at: '2026-02-17T09:30:00.125Z',
  updated_at: '2026-02-17T09:30:00.125Z',
};

test('who changes nothing sends what was there, so that nothing is lost', () => {
  expect(bodyOf(textsOf(webhook), true, rowsOf(webhook.input_mapping))).toEqual({
    trigger_type: 'webhook',
    enabled: true,
    webhook_secret: 'KEY',
    allowed_sources: ['10.0.0.0/8', '192.0.2.7'],
    input_mapping: webhook.input_mapping,
    dedupe_window_seconds: 60,
    max_concurrent_runs: 2,
  });
});

test('what another kind of trigger has is left out', () => {
  const texts = { ...textsOf(webhook), trigger_type: 'scheduled' };
  expect(bodyOf(texts, false, [])).toEqual({
    trigger_type: 'scheduled',
    enabled: false,
    schedule: '0 6 * * 1-5',
    timezone: 'UTC',
    dedupe_window_seconds: 60,
    max_concurrent_runs: 2,
  });
});

test('empty rows are none, and a text in quotes stays a text', () => {
  expect(mappingOf([{ variable: ' ', from: '' }])).toBeUndefined();
  expect(mappingOf([{ variable: 'a', from: '"x"' }])).toEqual({ a: '"x"' });
  const rows = [
    { variable: 'a', from: '/a' },
    { variable: 'a', from: '/b' },
    { variable: '', from: '/c' },
    { variable: 'd', from: '' },
    { variable: '', from: '' },
  ];
  expect(rows.map((_, i) => rowFault(rows, i))).toEqual([
    null,
    'This variable is above already',
    'It needs a variable',
    'It needs a pointer, a template or a value',
    null,
  ]);
});
