import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { size, words } from '../shared/format';
import { useQueryState } from '../shared/hooks';
import { http } from '../shared/http';
import { problemOf } from '../shared/problem';
import type { Json } from '../shared/types';
import { Badge, Dot, StatusBadge } from '../shared/ui/Badge';
import { JsonView } from '../shared/ui/JsonView';
import { Loading } from '../shared/ui/Notes';
import { Facts, Page, Panel } from '../shared/ui/Page';
import { Refused, Resource } from '../shared/ui/Resource';
import { Tabs } from '../shared/ui/Tabs';
import { Time } from '../shared/ui/Time';

/** Health, workers, figures and limits of this site. */
export function SettingsPage() {
  const [tab, setTab] = useQueryState('tab', 'health');
  return (
    <Page title="Settings" lead="How this site is and what it is set to.">
      <Tabs
        name="Parts of the settings"
        value={tab}
        onChange={setTab}
        tabs={[
          { id: 'health', name: 'Health', content: <Health /> },
          { id: 'figures', name: 'Figures', content: <Figures /> },
          { id: 'limits', name: 'Settings and limits', content: <Config /> },
        ]}
      />
    </Page>
  );
}

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

function Health() {
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

interface Files {
  total_folders: number;
  total_bytes: number;
}

interface Summary {
  counters: Record<string, number>;
  gauges: Record<string, number>;
  histograms: Record<string, { count: number; avg: number; p95: number }>;
}

function Figures() {
  const found = useQuery({
    queryKey: ['settings', 'summary'],
    queryFn: () => http.get<Summary>('/runs/metrics/summary'),
    refetchInterval: 10_000,
  });
  const files = useQuery({
    queryKey: ['settings', 'artifacts'],
    queryFn: () => http.get<Files>('/artifacts-admin/stats'),
  });
  if (found.isError) return <Refused error={found.error} />;
  if (!found.data) return <Loading />;
  const { gauges, counters, histograms } = found.data;
  const own = Object.entries(counters).filter(([name]) => !name.startsWith('step_execution'));
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Panel title="Now">
        <Numbers rows={Object.entries(gauges).map(([name, n]) => [name, n.toLocaleString('en')])} />
      </Panel>
      <Panel title="Artifacts">
        <Numbers
          rows={[
            ['Folders', files.data?.total_folders.toLocaleString('en') ?? '–'],
            ['Bytes', files.data ? size(files.data.total_bytes) : '–'],
          ]}
        />
      </Panel>
      <Panel title="Times, in seconds">
        <Numbers
          rows={Object.entries(histograms)
            .filter(([, h]) => h.count > 0)
            .slice(0, 60)
            .map(([name, h]) => [
              name,
              `${h.count} · mean ${h.avg.toFixed(3)} · 95 % ${h.p95.toFixed(3)}`,
            ])}
        />
      </Panel>
      <Panel title="Since the start">
        <Numbers rows={own.slice(0, 120).map(([name, n]) => [name, n.toLocaleString('en')])} />
      </Panel>
    </div>
  );
}

const row = 'flex flex-wrap items-baseline justify-between gap-x-4 px-4 py-1.5';

function Numbers({ rows }: { rows: [string, string][] }) {
  return (
    <dl className="divide-y divide-line">
      {rows.map(([name, value]) => (
        <div key={name} className={row}>
          <dt className="min-w-0 break-all text-muted">{name}</dt>
          <dd className="tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Config() {
  const found = useQuery({
    queryKey: ['settings', 'config'],
    queryFn: () => http.get<Record<string, Json>>('/config'),
  });
  if (found.isError) return <Refused error={found.error} />;
  if (!found.data) return <Loading />;
  return <JsonView value={found.data} name="the configuration" className="max-h-[70dvh]" />;
}
