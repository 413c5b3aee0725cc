import type { UseQueryResult } from '@tanstack/react-query';
import { count } from '../shared/format';
import { Badge } from '../shared/ui/Badge';
import { Progress } from '../shared/ui/Progress';
import { Resource } from '../shared/ui/Resource';
import type { Pool } from './types';

/** How much of what agents can do at once is in use, by channel and pool. */
export function PoolsView({ query }: { query: UseQueryResult<Pool[]> }) {
  return (
    <Resource
      query={query}
      name="Pools"
      icon="agents"
      none={{
        title: 'No pools yet',
        text: 'Agents of a channel, or of a pool in it, share the work.',
      }}
      keyOf={(p) => `${p.channel} ${p.pool_id ?? ''}`}
      row={(p) => (
        <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
          <span className="min-w-0 flex-1 basis-40">
            <span className="font-medium">
              {[p.channel, p.pool_id].filter(Boolean).join(' / ')}
            </span>
            <span className="block text-muted">{count(p.agent_count, 'agent')}</span>
          </span>
          {p.circuit_open_count > 0 && (
            <Badge tone="bad">{count(p.circuit_open_count, 'open circuit')}</Badge>
          )}
          <span className="w-60">
            <Progress
              name={`${p.active_leases} of ${p.concurrency_limit_total} in use`}
              value={p.active_leases}
              max={Math.max(1, p.concurrency_limit_total)}
            />
          </span>
        </div>
      )}
    />
  );
}
