import { http, segment } from '../shared/http';
import type { Agent, HealthCheck } from './types';

export function listAgents(): Promise<Agent[]> {
  return http.get('/agents');
}

export function checkAgent(id: string): Promise<HealthCheck> {
  return http.post(`/agents/${segment(id)}/health-check`, {});
}
