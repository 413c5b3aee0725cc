import { expect, test } from 'vitest';
import { byUrgency, decisionOf, neighbour, waysOf } from './logic';
import type { Approval } from './types';

function approval(more: Partial<Approval>): Approval {
  return {
    approval_id: 'a',
    decision_type: 'approve_reject',
    options: null,
    expires_at: null,
    created_at: '2026-01-01T00:00:00.000Z',
    status: 'pending',
    ...more,
  } as Approval;
}

const ways = (more: Partial<Approval>) =>
  waysOf(approval(more)).map((w) => [w.name, w.kind, w.decision]);

test('an ordinary approval is approved or rejected', () => {
  expect(ways({})).toEqual([
    ['Approve', 'yes', { decision: 'approved' }],
    ['Reject', 'no', { decision: 'rejected' }],
  ]);
  expect(ways({ decision_type: 'something new' })).toHaveLength(2);
});

test('a choice has one button for each option and sends its value', () => {
  const options = ['send_now', { value: 'later', label: 'Not before Monday' }];
  expect(ways({ decision_type: 'select_option', options })).toEqual([
    ['Send now', 'choice', { option: 'send_now' }],
    ['Not before Monday', 'choice', { option: 'later' }],
  ]);
  expect(ways({ decision_type: 'pick_one', options: null })).toEqual([]);
});

test('options of an approval that mean yes or no do so', () => {
  expect(ways({ options: ['Approve', 'reject', 'hold'] })).toEqual([
    ['Approve', 'yes', { decision: 'Approve' }],
    ['Reject', 'no', { decision: 'reject' }],
    ['Hold', 'choice', { option: 'hold' }],
  ]);
});

test('an acknowledgement has one button, an input can be rejected', () => {
  expect(ways({ decision_type: 'acknowledge' })).toEqual([
    ['Acknowledge', 'yes', { decision: 'acknowledged' }],
  ]);
  expect(ways({ decision_type: 'provide_input' }).map(([, kind]) => kind)).toEqual(['yes', 'no']);
});

test('a decision carries the comment and the input, a rejection no input', () => {
  const [yes, no] = waysOf(approval({ decision_type: 'provide_input' }));
  if (!yes || !no) throw new Error('two ways are expected');
  expect(decisionOf(yes, ' fine ', { n: 1 })).toEqual({
    decision: 'submitted',
    comment: 'fine',
    payload: { n: 1 },
  });
  expect(decisionOf(no, ' ', { n: 1 })).toEqual({ decision: 'rejected' });
  expect(decisionOf(yes, '', null)).toEqual({ decision: 'submitted' });
});

test('what expires first stands first, then the oldest', () => {
  const list = [
    approval({ approval_id: 'young', created_at: '2026-01-03T00:00:00.000Z' }),
    approval({ approval_id: 'old', created_at: '2026-01-01T00:00:00.000Z' }),
    approval({ approval_id: 'later', expires_at: '2026-01-09T00:00:00.000Z' }),
    approval({ approval_id: 'soon', expires_at: '2026-01-04T00:00:00.000Z' }),
  ];
  expect(byUrgency(list).map((a) => a.approval_id)).toEqual(['soon', 'later', 'old', 'young']);
});

test('going on stops at the ends of the list and starts at its first', () => {
  const list = ['a', 'b', 'c'].map((approval_id) => approval({ approval_id }));
  expect(neighbour(list, 'a', 1)).toBe('b');
  expect(neighbour(list, 'c', 1)).toBe('c');
  expect(neighbour(list, 'a', -1)).toBe('a');
  expect(neighbour(list, null, 1)).toBe('a');
  expect(neighbour(list, 'gone', -1)).toBe('a');
  expect(neighbour([], 'a', 1)).toBeNull();
});
