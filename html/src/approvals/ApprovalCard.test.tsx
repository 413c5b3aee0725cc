import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { newQueryClient } from '../shared/query';
import { ApprovalCard } from './ApprovalCard';
import type { Approval } from './types';

const approval: Approval = {
  approval_id: 'a1',
  run_id: 'r1',
  path: 'n',
  run_kind: 'procedure',
  forbid_self_approval: false,
  shown_hash: '',
  node_id: 'n',
  prompt: 'Send <b>it</b>?',
  decision_type: 'approve_reject',
  options: null,
  context_data: { letter: 'Dear Ada' },
  status: 'pending',
  decided_by: null,
  decision_payload: null,
  comment: null,
  created_at: '2026-02-17T09:30:00.125Z',
  decided_at: null,
  expires_at: null,
  run_status: null,
  node_name: null,
  procedure_id: 'p',
  approval_level: 'standard',
  can_decide: true,
  input_schema: null,
  required_approvals: 1,
  escalation_count: 0,
  escalation_contact: null,
  approvers: null,
  votes: [],
};

interface Sent {
  url: string;
  body: unknown;
}

function show(more: Partial<Approval> = {}, status = 200): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    sent.push({ url, body: JSON.parse(String(init.body)) });
    const body =
      status === 200
        ? approval
        : { code: 'already_decided', detail: 'Approval not found or already decided' };
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
  render(
    <QueryClientProvider client={newQueryClient()}>
      <ApprovalCard approval={{ ...approval, ...more }} backHref="/approvals" />
    </QueryClientProvider>,
  );
  return sent;
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test('the prompt is text, whatever stands in it', () => {
  show();
  expect(screen.getByRole('heading', { level: 2 }).textContent).toBe('Send <b>it</b>?');
});

test('approving sends the decision with the comment', async () => {
  const sent = show();
  await userEvent.type(screen.getByLabelText('Comment'), 'fine');
  await userEvent.click(screen.getByRole('button', { name: 'Approve' }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toEqual({
    url: '/api/approvals/a1/decision',
    body: { decision: 'approved', comment: 'fine' },
  });
});

test('a key decides too, but not while somebody types', async () => {
  const sent = show();
  await userEvent.type(screen.getByLabelText('Comment'), 'ax');
  expect(sent).toHaveLength(0);
  await userEvent.tab();
  await userEvent.keyboard('x');
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toEqual({ decision: 'rejected', comment: 'ax' });
});

test('an input is checked before it is sent, and sent as its type', async () => {
  const sent = show({
    decision_type: 'provide_input',
    input_schema: { amount: { type: 'number', required: true } },
  });
  await userEvent.click(screen.getByRole('button', { name: 'Submit' }));
  expect(screen.getByRole('alert').textContent).toBe('This field is required');
  expect(sent).toHaveLength(0);
  await userEvent.type(screen.getByLabelText(/^amount/), '2.5');
  await userEvent.click(screen.getByRole('button', { name: 'Submit' }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toEqual({ decision: 'submitted', payload: { amount: 2.5 } });
});

test('who may not decide is told so and has no way to', () => {
  show({ can_decide: false, approval_level: 'executive' });
  expect(screen.getByText(/needs the level executive/)).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Approve' }).disabled).toBe(true);
});

test('a decision that came too late is told with the sentence of the server', async () => {
  show({}, 409);
  await userEvent.click(screen.getByRole('button', { name: 'Approve' }));
  await screen.findByText('Approval not found or already decided');
});

test('a decided approval shows the outcome and no buttons', () => {
  show({
    status: 'rejected',
    decided_by: 'ada',
    comment: 'no',
    decision_payload: { decision: 'rejected' },
  });
  expect(screen.getByText('ada')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
});
