import { call, http } from '../shared/http';
import { problemOf } from '../shared/problem';
import type { Run } from '../shared/types';
import type { Health, Readiness } from './types';

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

export function recentRuns(status: string): Promise<Run[]> {
  return http.get('/runs', { query: { status, limit: 8 } });
}
