import { useQuery } from '@tanstack/react-query';
import { size } from '../shared/format';
import { http } from '../shared/http';
import { Loading } from '../shared/ui/Notes';
import { Panel } from '../shared/ui/Page';
import { Refused } from '../shared/ui/Resource';

interface Files {
  total_folders: number;
  total_bytes: number;
}

interface Summary {
  counters: Record<string, number>;
  gauges: Record<string, number>;
  histograms: Record<string, { count: number; avg: number; p95: number }>;
}

/** What was counted and measured, as numbers. */
export function Figures() {
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

/** Names and numbers, one a line. */
export function Numbers({ rows }: { rows: [string, string][] }) {
  return (
    <dl className="divide-y divide-line">
      {rows.map(([name, value]) => (
        <div key={name} className={row}>
          <dt className="min-w-0 break-all text-muted">{name}</dt>
          <dd className="min-w-0 break-all tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
