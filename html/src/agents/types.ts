import type { Schemas } from '../shared/contract';
import type { Json, JsonObject } from '../shared/types';

export type Capability = Schemas['Capability'];

/** api.md 8 */
export type Agent = Schemas['Agent'];

export type HealthCheck = Schemas['HealthCheck'];

export interface AgentTried {
  outcome: 'success' | 'error' | 'unknown';
  http_status: number | null;
  result: Json;
  error: JsonObject | null;
  latency_ms: number;
}

export interface Pool {
  pool_id: string | null;
  channel: string;
  agent_count: number;
  concurrency_limit_total: number;
  active_leases: number;
  available_capacity: number;
  circuit_open_count: number;
}
