import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { words } from '../shared/format';
import { http } from '../shared/http';
import { problemOf } from '../shared/problem';
import type { Json } from '../shared/types';
import { Badge, Dot, StatusBadge } from '../shared/ui/Badge';
import { Facts, Panel } from '../shared/ui/Page';
import { Refused, Resource } from '../shared/ui/Resource';
import { Time } from '../shared/ui/Time';

interface Ready {
  status: string;
  checks: Record<string, string>;
}

async function readiness(): Promise<Ready> {
  try {
    return await http.get<Ready>('/health/ready');
  } catch (error) {
    const { status, body } = problemOf(error);
    if (status === 503 && typeof body.status === 'string') return body as unknown as Ready;
    throw error;
  }
}

interface Worker {
  worker_id: string;
  status: string;
  is_leader: boolean;
  last_heartbeat_at: string;
  node_id: string;
  pid: number;
  runs_active: number;
}

/** Is the server well, who works, and what waits. */
export function Health() {
  const every = { refetchInterval: 5000 };
  const ready = useQuery({ queryKey: ['settings', 'ready'], queryFn: readiness, ...every });
  const health = useQuery({
    queryKey: ['settings', 'health'],
    queryFn: () => http.get<Record<string, Json>>('/health'),
    ...every,
  });
  const workers = useQuery({
    queryKey: ['settings', 'workers'],
    queryFn: () => http.get<Worker[]>('/orchestrators'),
    ...every,
  });
  const queue = useQuery({
    queryKey: ['settings', 'queue'],
    queryFn: () => http.get<{ depth_by_status: Record<string, number> }>('/runs/queue'),
    ...every,
  });
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Panel title="Server">
        {ready.isError && <Refused error={ready.error} />}
        <Facts
          facts={[
            ['State', ready.data && <StatusBadge status={ready.data.status} />],
            ...Object.entries(ready.data?.checks ?? {}).map(
              ([name, state]): [string, ReactNode] => [
                words(name),
                <span key={name} className="inline-flex items-center gap-2">
                  <Dot tone={state === 'ok' ? 'ok' : 'bad'} /> {state}
                </span>,
              ],
            ),
            ['Version', String(health.data?.version ?? '–')],
            ['Contract', String(health.data?.contract ?? '–')],
            ['Node', String(health.data?.node_id ?? '–')],
          ]}
        />
      </Panel>
      <Panel title="Runs by state">
        <Facts
          facts={Object.entries(queue.data?.depth_by_status ?? {}).map(([name, n]) => [
            words(name),
            n.toLocaleString('en'),
          ])}
        />
      </Panel>
      <div className="lg:col-span-2">
        <Resource
          query={workers}
          name="Workers"
          icon="settings"
          none={{ title: 'No workers', text: 'Worker processes that drive runs stand here.' }}
          keyOf={(w) => w.worker_id}
          row={(w) => (
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
              <span className="min-w-0 flex-1">
                <span className="font-medium">{w.node_id}</span>{' '}
                <span className="text-muted">process {w.pid}</span>
              </span>
              {w.is_leader && <Badge tone="busy">leads</Badge>}
              <StatusBadge status={w.status} />
              <span className="text-muted tabular-nums">{w.runs_active} runs</span>
              <span className="w-24 text-right text-muted">
                <Time at={w.last_heartbeat_at} />
              </span>
            </div>
          )}
        />
      </div>
    </div>
  );
}
