import { expect, test } from 'vitest';
import { byTrouble, checkInWords, trialInWords } from './logic';
import type { Agent } from './types';

function agent(name: string, status: string, circuit_state = 'closed', channel = 'web'): Agent {
  return { name, status, circuit_state, channel } as Agent;
}

test('agents in trouble stand first, then by channel and name', () => {
  const list = [
    agent('b', 'online'),
    agent('a', 'busy'),
    agent('c', 'online', 'closed', 'api'),
    agent('off', 'offline'),
    agent('cut', 'online', 'open'),
  ];
  expect(byTrouble(list).map((a) => a.name)).toEqual(['cut', 'off', 'c', 'a', 'b']);
});

test('a check is told in a sentence', () => {
  const checked_at = '2026-02-17T09:30:00.125Z';
  const check = { agent_id: 'a', status: 'online', error: null, checked_at };
  expect(checkInWords({ ...check, reachable: true, latency_ms: 12.4 })).toBe('answers in 12 ms');
  expect(checkInWords({ ...check, reachable: true, latency_ms: null })).toBe('answers');
  expect(checkInWords({ ...check, reachable: false, latency_ms: null, error: 'refused' })).toBe(
    'not reachable: refused',
  );
});

test('a trial says what is known of its end, and what is not', () => {
  const tried = { http_status: 200, result: null, latency_ms: 3 };
  expect(trialInWords({ ...tried, outcome: 'success', error: null }).tone).toBe('ok');
  expect(trialInWords({ ...tried, outcome: 'error', error: { message: 'no stock' } })).toEqual({
    tone: 'bad',
    sentence: 'It refused: no stock,',
  });
  expect(trialInWords({ ...tried, outcome: 'unknown', error: null }).tone).toBe('wait');
});
