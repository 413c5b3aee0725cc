import { http, segment } from '../shared/http';
import type { JsonObject } from '../shared/types';
import type { Agent, AgentTried, HealthCheck, Pool } from './types';

const at = (id: string) => `/agents/${segment(id)}` as const;

export function listAgents(): Promise<Agent[]> {
  return http.get('/agents');
}

export function listPools(): Promise<Pool[]> {
  return http.get('/agents/pools');
}

export function checkAgent(id: string): Promise<HealthCheck> {
  return http.post(`${at(id)}/health-check`);
}

export function registerAgent(body: JsonObject): Promise<Agent> {
  return http.post('/agents', body);
}

export function changeAgent(id: string, body: JsonObject): Promise<Agent> {
  return http.put(at(id), body);
}

export function removeAgent(id: string): Promise<unknown> {
  return http.delete(at(id));
}

/** Asks the agent what it can do. */
export function syncAgent(id: string): Promise<Agent> {
  return http.post(`${at(id)}/sync-capabilities`);
}

export function setCircuit(id: string, action: 'open' | 'close'): Promise<Agent> {
  return http.post(`${at(id)}/circuit`, { action });
}

/** One call that belongs to no run. */
export function tryAgent(id: string, body: JsonObject): Promise<AgentTried> {
  return http.post(`${at(id)}/try`, body);
}
