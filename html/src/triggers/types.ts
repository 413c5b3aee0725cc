import type { JsonObject } from '../shared/types';

/** api.md 11 */
export interface Trigger {
  id: number;
  procedure_id: string;
  version: string;
  trigger_type: string;
  schedule: string | null;
  webhook_secret: string | null;
  event_source: string | null;
  allowed_sources: string[] | null;
  input_mapping: JsonObject | null;
  dedupe_window_seconds: number;
  max_concurrent_runs: number | null;
  enabled: boolean;
  timezone: string;
  next_fire_at: string | null;
  last_fired_at: string | null;
  last_run_id: string | null;
}

export interface Backfill {
  backfill_id: string;
  status: 'running' | 'paused' | 'completed' | 'canceled';
  reason: string | null;
  from: string;
  to: string;
  max_parallel: number;
  total: number;
  fired: number;
  skipped: number;
  active: number;
  next_slot: string | null;
}

export interface Fired {
  id: number;
  ts: string;
  trigger_type: string;
  source: string;
  outcome: string;
  run_id: string | null;
  detail: string | null;
  lag_ms: number | null;
}
