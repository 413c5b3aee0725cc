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
  llm: {
    calls: number;
    prompt_tokens: number;
    completion_tokens: number;
    cost_usd: number;
    exchanges: Exchange[];
  };
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

/** What a model was told and said, masked; there where the procedure keeps it. */
export interface Exchange {
  node_id: string;
  path: string;
  at: string;
  messages: { role: string; content: Json }[];
  text: string | null;
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

/** api.md 6 */
export interface Artifact {
  artifact_id: string;
  run_id: string;
  node_id: string | null;
  step_id: string | null;
  kind: string;
  uri: string;
  name: string | null;
  mime_type: string | null;
  size_bytes: number | null;
  created_at: string;
  sha256: string | null;
}

/** What a run is set back to, or another begins with (api.md 4.6, 4.7). */
export interface Point {
  checkpoint_id?: string;
  from_node?: string;
  input_vars?: Record<string, Json>;
  execution_mode?: string;
}

/** api.md 4.9 */
export interface BulkOutcome {
  requested: number;
  succeeded: string[];
  failed: { run_id: string; status: number; detail: string }[];
}
