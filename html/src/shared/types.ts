/* What more than one page needs of the wire, as the API contract has it. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export type Severity = 'error' | 'warning' | 'info';

/** api.md 3.9 */
export interface Diagnostic {
  id: string;
  code: string;
  severity: Severity;
  message: string;
  path: string;
  node_id: string | null;
  step_id: string | null;
  field: string | null;
  hint: string | null;
}

/** api.md 3 */
export interface Procedure {
  id: number;
  procedure_id: string;
  version: string;
  name: string;
  status: string;
  effective_date: string | null;
  description: string | null;
  release_channel: string | null;
  promoted_from_version: string | null;
  promoted_at: string | null;
  promoted_by: string | null;
  project_id: string | null;
  created_at: string;
  updated_at: string;
  created_by: string | null;
  content_hash: string;
  valid: boolean | null;
  tags: string[];
}

export const runStatuses = [
  'created',
  'running',
  'waiting_approval',
  'paused',
  'completed',
  'failed',
  'canceled',
] as const;

export type RunStatus = (typeof runStatuses)[number];

/** api.md 4 */
export interface Run {
  run_id: string;
  procedure_id: string;
  procedure_version: string;
  status: RunStatus;
  input_vars: JsonObject | null;
  output_vars: JsonObject | null;
  total_prompt_tokens: number | null;
  total_completion_tokens: number | null;
  estimated_cost_usd: number | null;
  started_at: string | null;
  ended_at: string | null;
  duration_seconds: number | null;
  last_node_id: string | null;
  last_step_id: string | null;
  error_message: string | null;
  parent_run_id: string | null;
  trigger_type: string | null;
  triggered_by: string | null;
  created_at: string;
  updated_at: string;
  execution_mode: string;
  cancellation_requested: boolean;
  retry_of_run_id: string | null;
  attempt: number;
  /** of an agent workflow; its procedure_id is an id that says nothing */
  workflow_name: string | null;
}

/** What ran, in a word that people know. */
export function nameOfRun(run: Run): string {
  return run.workflow_name ?? run.procedure_id;
}

export function isFinalStatus(status: string): boolean {
  return status === 'completed' || status === 'failed' || status === 'canceled';
}
