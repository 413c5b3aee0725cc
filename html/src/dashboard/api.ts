import { call, http } from '../shared/http';
import { problemOf } from '../shared/problem';
import type { Run } from '../shared/types';
import type { Health, Pool, Readiness, Summary, UsageRow } from './types';

export function getHealth(): Promise<Health> {
  return http.get('/health');
}

/** An unready server answers 503 and says in the same words what is wrong. */
export async function getReadiness(): Promise<Readiness> {
  try {
    return await http.get<Readiness>('/health/ready');
  } catch (error) {
    const { status, body } = problemOf(error);
    if (status === 503 && typeof body.status === 'string') return body as unknown as Readiness;
    throw error;
  }
}

/** How many runs have one of these states; null when the server does not count. */
export async function countRuns(status: string): Promise<number | null> {
  const reply = await call<Run[]>('GET', '/runs', { query: { status, limit: 0, total: true } });
  const total = reply.headers.get('X-Total-Count');
  return total === null ? null : Number(total);
}

export function recentRuns(status: string, limit = 8): Promise<Run[]> {
  return http.get('/runs', { query: { status, limit } });
}

/** The newest of the last day, as many as one page has. */
export function lastDay(): Promise<Run[]> {
  const from = new Date(Date.now() - 86_400_000).toISOString();
  return http.get('/runs', { query: { created_from: from, limit: 1000 } });
}

export function listPools(): Promise<Pool[]> {
  return http.get('/agents/pools');
}

export function getSummary(): Promise<Summary> {
  return http.get('/runs/metrics/summary');
}

export async function usageByDay(): Promise<UsageRow[]> {
  const { rows } = await http.get<{ rows: UsageRow[] }>('/llm/usage', {
    query: { group_by: 'day' },
  });
  return rows;
}
