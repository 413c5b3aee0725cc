import type { Json } from '../shared/types';

/** api.md 5 */
export interface RunEvent {
  event_id: number;
  seq: number;
  run_id: string;
  created_at: string;
  event_type: string;
  node_id: string | null;
  step_id: string | null;
  attempt: number | null;
  payload: Record<string, Json> | null;
}

/** api.md 4.10 */
export interface RunDiagnostics {
  has_retry_event: boolean;
  idempotency_entries: IdempotencyEntry[];
  active_leases: Lease[];
  total_events: number;
  error_events: number;
  retries: RetryEntry[];
  failure: Failure | null;
  checkpoints: number;
  pending_approvals: string[];
  waiting_for: string | null;
  waiting_since: string | null;
  agents: AgentUse[];
}

export interface IdempotencyEntry {
  node_id: string;
  step_id: string;
  idempotency_key: string | null;
  status: string;
  has_cached_result: boolean;
  updated_at: string;
  decision: string;
}

export interface Lease {
  lease_id: string;
  resource_key: string;
  node_id: string | null;
  step_id: string | null;
  expires_at: string;
  is_active: boolean;
}

export interface RetryEntry {
  node_id: string;
  step_id: string;
  attempt: number;
  delay_ms: number;
  error: string;
  at: string;
}

export interface Failure {
  class: string;
  node_id: string | null;
  step_id: string | null;
  message: string;
  retryable: boolean;
}

export interface AgentUse {
  agent_id: string;
  calls: number;
  errors: number;
  avg_ms: number;
}

/** api.md 4.11 */
export interface Checkpoint {
  checkpoint_id: string;
  step: number;
  created_at: string;
  node_id: string | null;
  name: string | null;
  reason: string | null;
}

export interface CheckpointDetail {
  checkpoint_id: string;
  channel_values: Record<string, Json>;
}
