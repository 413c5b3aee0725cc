import { duration } from '../shared/format';
import type { Agent, AgentTried, HealthCheck } from './types';

/** Those in trouble first, then by channel and name. */
export function byTrouble(agents: readonly Agent[]): Agent[] {
  return [...agents].sort(
    (a, b) =>
      Number(isWell(a)) - Number(isWell(b)) ||
      a.channel.localeCompare(b.channel) ||
      a.name.localeCompare(b.name),
  );
}

export function isWell(agent: Agent): boolean {
  return agent.status !== 'offline' && agent.circuit_state !== 'open';
}

/** What a check found, in one sentence. */
export function checkInWords(check: HealthCheck): string {
  if (!check.reachable) return `not reachable${check.error ? `: ${check.error}` : ''}`;
  return check.latency_ms === null ? 'answers' : `answers in ${duration(check.latency_ms)}`;
}

/** How a trial ended, in a sentence that says how sure that is. */
export function trialInWords(t: AgentTried): { tone: 'ok' | 'bad' | 'wait'; sentence: string } {
  if (t.outcome === 'success') return { tone: 'ok', sentence: 'Done' };
  const why = typeof t.error?.message === 'string' ? `: ${t.error.message}` : '';
  return t.outcome === 'error'
    ? { tone: 'bad', sentence: `It refused${why},` }
    : { tone: 'wait', sentence: `Nobody can say whether it was done${why},` };
}
