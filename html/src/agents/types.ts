import type { Json, JsonObject } from '../shared/types';

export interface Capability {
  name: string;
  type: string;
  description: string | null;
}

/** api.md 8 */
export interface Agent {
  agent_id: string;
  name: string;
  channel: string;
  base_url: string;
  status: string;
  concurrency_limit: number;
  resource_key: string;
  pool_id: string | null;
  capabilities: Capability[];
  consecutive_failures: number;
  last_heartbeat_at: string | null;
  updated_at: string;
  circuit_state: string;
  active_leases: number;
  last_error: string | null;
}

export interface HealthCheck {
  agent_id: string;
  reachable: boolean;
  status: string;
  latency_ms: number | null;
  error: string | null;
}

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
