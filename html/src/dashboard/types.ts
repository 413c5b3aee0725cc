import type { Schemas } from '../shared/contract';
/** api.md 2 */
export type Health = Schemas['Health'];

export type Readiness = Schemas['Readiness'];

export interface Summary {
  counters: Record<string, number>;
  gauges: Record<string, number>;
  histograms: Record<string, { count: number; sum: number; avg: number; p95: number }>;
}

/** api.md 8 */
export interface Pool {
  pool_id: string | null;
  channel: string;
  agent_count: number;
  status_breakdown: Record<string, number>;
  concurrency_limit_total: number;
  active_leases: number;
  available_capacity: number;
  circuit_open_count: number;
}

/** api.md 13 */
export interface UsageRow {
  key: string;
  calls: number;
  errors: number;
  prompt_tokens: number;
  completion_tokens: number;
  cost_usd: number;
  avg_latency_ms: number;
  p95_latency_ms: number;
}
