import { duration, parseTime, words } from '../shared/format';
import type { Run } from '../shared/types';
import type { RunDiagnostics } from './types';

const classes: Record<string, string> = {
  timeout: 'took longer than it may',
  agent_error: 'an agent reported an error',
  no_executor: 'nobody was there to do it',
  llm_error: 'a model could not be asked or gave no usable answer',
  validation: 'a value or a check did not hold',
  sla: 'it took longer than agreed',
  approval_timeout: 'nobody decided in time',
  callback_timeout: 'the report of a workflow did not come in time',
  cancelled: 'it was cancelled',
  budget: 'a limit of cost, size or visits was reached',
  procedure: 'the procedure says that this is a failure',
  internal: 'LangOrch itself could not go on',
};

/** Why a run failed, in one sentence; null when it did not. */
export function whyFailed(run: Run, d: RunDiagnostics | undefined): string | null {
  if (run.status !== 'failed') return null;
  const f = d?.failure;
  const message = f?.message ?? run.error_message ?? 'no reason was recorded';
  if (!f) return `It failed: ${message}`;
  const where = [f.node_id && `at ${f.node_id}`, f.step_id && `in step ${f.step_id}`];
  const tries = d.retries.filter((r) => r.node_id === f.node_id && r.step_id === f.step_id).length;
  const after = tries > 0 ? ` after ${tries + 1} attempts` : '';
  const place = where.filter(Boolean).join(', ');
  const reason = classes[f.class] ?? words(f.class).toLowerCase();
  const again = f.retryable ? ' Trying again may help.' : '';
  const at = place === '' ? '' : ` ${place}`;
  return `It failed${at}${after}, because ${reason}: ${ended(message)}${again}`;
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

const waits: Record<string, string> = {
  approval: 'a decision',
  callback: 'the report of a workflow that an agent does',
  child_run: 'another run that it started',
  operator: 'somebody to resume it',
  lease: 'a free place at an agent',
  rate_limit: 'its rate limit',
  timer: 'a time that has not come yet',
};

/** What a run waits for, in one sentence; null when it does not wait. */
export function whyWaiting(run: Run, d: RunDiagnostics | undefined, now: number): string | null {
  if (!d?.waiting_for || ['completed', 'failed', 'canceled'].includes(run.status)) return null;
  const since = parseTime(d.waiting_since);
  const time = since === null ? '' : `, for ${duration(Math.max(0, now - since))} now`;
  return `It waits for ${waits[d.waiting_for] ?? words(d.waiting_for).toLowerCase()}${time}.`;
}
