import { duration, words } from '../shared/format';
import type { Json } from '../shared/types';
import type { RunEvent } from './types';

export type EventTone = 'ok' | 'busy' | 'wait' | 'bad' | 'calm';

export interface Description {
  title: string;
  detail: string | null;
  tone: EventTone;
}

type Payload = Record<string, Json>;
type Describe = (
  e: RunEvent,
  p: Payload,
) => [title: string, detail?: string | null, tone?: EventTone];

/** An event in words (ckp.md 32).  A type that this table does not know is told by its name. */
export function describeEvent(e: RunEvent): Description {
  const payload = e.payload ?? {};
  const known = table[e.event_type];
  if (!known) {
    const tone = /fail|error|timeout/.test(e.event_type) ? 'bad' : 'calm';
    const detail = text(payload.error) ?? text(payload.message) ?? text(payload.reason);
    return { title: words(e.event_type), detail, tone };
  }
  const [title, detail, tone] = known(e, payload);
  return { title, detail: detail || null, tone: tone ?? 'calm' };
}

function text(value: Json | undefined): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function join(...parts: (string | null | undefined | false)[]): string | null {
  return parts.filter(Boolean).join(' · ') || null;
}

function took(p: Payload): string | null {
  return typeof p.duration_ms === 'number' ? duration(p.duration_ms) : null;
}

function after(p: Payload): string | null {
  return typeof p.delay_ms === 'number' ? `again in ${duration(p.delay_ms)}` : null;
}

/* max_retries does not count the first try */
function attemptOf(p: Payload): string | null {
  if (typeof p.attempt !== 'number') return null;
  const most = typeof p.max_retries === 'number' ? ` of ${p.max_retries + 1}` : '';
  return `attempt ${p.attempt}${most}`;
}

function by(p: Payload): string | null {
  const who = text(p.actor) ?? text(p.decided_by) ?? text(p.triggered_by);
  return who === null ? null : `by ${who}`;
}

const resumed: Record<string, string> = {
  approval_resume: 'after the decision',
  callback_resume: 'after the callback',
  operator_resume: 'by an operator',
  retry_fallback: 'to try again',
  checkpoint_resume: 'from a checkpoint',
  crash_recovery: 'after a restart of the server',
};

const paused: Record<string, string> = {
  awaiting_approval: 'waits for approval',
  workflow_pending: 'waits for a callback',
};

const table: Record<string, Describe> = {
  run_created: (_, p) => ['Run created', join(text(p.trigger_type), by(p))],
  execution_started: (_, p) => ['Run started', text(p.entry_node_id), 'busy'],
  execution_resumed: (_, p) => [
    `Run resumed ${resumed[text(p.resume_reason) ?? ''] ?? ''}`.trim(),
    text(p.entry_node_id),
    'busy',
  ],
  run_retry_requested: (_, p) => ['Retry requested', by(p)],
  run_paused: (_, p) => ['Run paused', join(by(p), text(p.reason)), 'wait'],
  run_cancel_requested: (_, p) => ['Cancel requested', join(by(p), text(p.reason)), 'wait'],
  run_canceled: (_, p) => ['Run canceled', join(by(p), text(p.reason)), 'wait'],
  run_completed: (_, p) => ['Run completed', text(p.message), 'ok'],
  run_failed: (_, p) => ['Run failed', text(p.error), 'bad'],
  run_timeout: (_, p) => ['Run timed out', took({ duration_ms: p.timeout_ms ?? null }), 'bad'],
  error: (_, p) => ['Error', text(p.message), 'bad'],

  node_started: (e, p) => [`${e.node_id ?? 'Node'} started`, words(text(p.node_type) ?? '')],
  node_completed: (e, p) => [
    `${e.node_id ?? 'Node'} completed`,
    join(took(p), text(p.next_node) && `next ${text(p.next_node)}`),
    'ok',
  ],
  node_error: (e, p) => [
    `${e.node_id ?? 'Node'} failed`,
    join(text(p.error), text(p.handled_by) && `handled by ${text(p.handled_by)}`),
    'bad',
  ],
  node_skipped: (e, p) => [`${e.node_id ?? 'Node'} skipped`, text(p.reason)],
  node_paused: (e, p) => [
    `${e.node_id ?? 'Node'} ${paused[text(p.reason) ?? ''] ?? 'waits'}`,
    null,
    'wait',
  ],
  logic_evaluated: (e, p) => [
    `${e.node_id ?? 'Logic'} chose ${text(p.next_node) ?? 'to end'}`,
    typeof p.matched_rule === 'number' && p.matched_rule >= 0
      ? `rule ${p.matched_rule + 1}`
      : 'no rule held',
  ],
  checkpoint_saved: (_, p) => ['State saved', join(text(p.reason), text(p.name))],

  step_started: (e, p) => [`${e.step_id ?? 'Step'} started`, text(p.action)],
  step_dispatched: (e, p) => [
    `${e.step_id ?? 'Step'} sent`,
    join(text(p.agent_id) && `to ${text(p.agent_id)}`, text(p.action)),
    'busy',
  ],
  step_completed: (e, p) => [
    `${e.step_id ?? 'Step'} completed`,
    join(
      took(p),
      p.cached === true && 'recorded result',
      text(p.output_variable) && `→ ${text(p.output_variable)}`,
    ),
    'ok',
  ],
  step_failed: (e, p) => [
    `${e.step_id ?? 'Step'} failed`,
    join(text(p.error_type), text(p.error)),
    'bad',
  ],
  step_skipped: (e, p) => [`${e.step_id ?? 'Step'} skipped`, text(p.reason)],
  step_timeout: (e, p) => [
    `${e.step_id ?? 'Step'} timed out`,
    took({ duration_ms: p.timeout_ms ?? null }),
    'bad',
  ],
  step_retry: (e, p) => [
    `${e.step_id ?? 'Step'} will be tried again`,
    join(attemptOf(p), after(p), text(p.error)),
    'wait',
  ],
  log: (_, p) => [
    text(p.message) ?? 'Log',
    text(p.level)?.toUpperCase() === 'INFO' ? null : text(p.level),
    /error|crit/i.test(text(p.level) ?? '')
      ? 'bad'
      : /warn/i.test(text(p.level) ?? '')
        ? 'wait'
        : 'calm',
  ],

  approval_requested: (_, p) => ['Approval requested', text(p.prompt), 'wait'],
  approval_decision_received: (_, p) => [
    `Decided: ${words(text(p.decision) ?? '')}`,
    join(by(p), text(p.comment)),
    text(p.decision) === 'rejected' ? 'bad' : 'ok',
  ],
  approval_expired: (_, p) => ['Approval expired', text(p.timeout_action), 'bad'],
  approval_voided: (_, p) => ['Approval withdrawn', text(p.reason)],
};
