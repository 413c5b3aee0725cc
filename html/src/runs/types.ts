import type { Schemas } from '../shared/contract';
import type { Json } from '../shared/types';

/** api.md 5 */
export type RunEvent = Schemas['RunEvent'];

/** api.md 4.10 */
export type RunDiagnostics = Schemas['RunDiagnostics'];

export interface IdempotencyEntry {
  node_id: string;
  step_id: string;
  idempotency_key: string | null;
  status: string;
  has_cached_result: boolean;
  updated_at: string;
  decision: string;
}

export type Lease = Schemas['Lease'];

export interface RetryEntry {
  node_id: string;
  step_id: string;
  attempt: number;
  delay_ms: number;
  error: string;
  at: string;
}

export type Failure = Schemas['Failure'];

/** What a model was told and said, masked; there where the procedure keeps it. */
export interface Exchange {
  node_id: string;
  path: string;
  at: string;
  messages: { role: string; content: Json }[];
  text: string | null;
}

export type AgentUse = Schemas['AgentUse'];

/** api.md 4.11 */
export type Checkpoint = Schemas['Checkpoint'];

export interface CheckpointDetail {
  checkpoint_id: string;
  channel_values: Record<string, Json>;
}

/** api.md 6 */
export type Artifact = Schemas['Artifact'];

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
