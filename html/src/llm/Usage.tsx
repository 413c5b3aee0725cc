import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../shared/contract';
import { csvOf, download } from '../shared/download';
import { duration } from '../shared/format';
import { useQueryState } from '../shared/hooks';
import { http } from '../shared/http';
import { EmptyState, Loading } from '../shared/ui/Notes';
import { Bars } from '../shared/ui/Bars';
import { Button } from '../shared/ui/Button';
import { DataTable, type Column } from '../shared/ui/DataTable';
import { Panel } from '../shared/ui/Page';
import { Refused } from '../shared/ui/Resource';
import { Segments } from '../shared/ui/Segments';

type Row = Schemas['LlmUsageRow'];

const groups = [
  { value: 'model', name: 'By model' },
  { value: 'profile', name: 'By profile' },
  { value: 'procedure', name: 'By procedure' },
  { value: 'project', name: 'By project' },
  { value: 'day', name: 'By day' },
] as const;

const n = (value: number) => value.toLocaleString('en');

const columns: Column<Row>[] = [
  { name: 'Calls', cell: (r) => n(r.calls), by: (r) => r.calls },
  { name: 'Errors', cell: (r) => n(r.errors), by: (r) => r.errors },
  { name: 'Tokens in', cell: (r) => n(r.prompt_tokens), by: (r) => r.prompt_tokens },
  { name: 'Tokens out', cell: (r) => n(r.completion_tokens), by: (r) => r.completion_tokens },
  { name: 'Cost', cell: (r) => `$${r.cost_usd.toFixed(4)}`, by: (r) => r.cost_usd },
  { name: 'Mean', cell: (r) => duration(r.avg_latency_ms), by: (r) => r.avg_latency_ms },
  { name: '95 %', cell: (r) => duration(r.p95_latency_ms), by: (r) => r.p95_latency_ms },
];

export function Usage() {
  const [chosen, setGroup] = useQueryState('by', 'model');
  const group = groups.find((g) => g.value === chosen)?.value ?? 'model';
  const found = useQuery({
    queryKey: ['llm', 'usage', group],
    queryFn: () => http.get<{ rows: Row[] }>('/llm/usage', { query: { group_by: group } }),
  });
  if (found.isError) return <Refused error={found.error} />;
  if (!found.data) return <Loading />;
  const { rows } = found.data;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <Segments name="Summed up" options={groups} value={group} onChange={setGroup} />
        {rows.length > 0 && (
          <Button
            kind="quiet"
            icon="download"
            onClick={() => download(`usage-by-${group}.csv`, csvOf(exported, rows.map(cellsOf)))}
          >
            CSV
          </Button>
        )}
      </div>
      {rows.length === 0 && (
        <div className="card">
          <EmptyState icon="chat" title="Nobody asked a model in the last 30 days">
            Calls, tokens, times and costs stand here as soon as there are some.
          </EmptyState>
        </div>
      )}
      {rows.length > 0 && group === 'day' && (
        <Panel title="Cost by day">
          <Bars
            name="Cost by day"
            format={(n) => `$${n.toFixed(n < 1 ? 4 : 2)}`}
            bars={[...rows]
              .sort((a, b) => (a.key < b.key ? -1 : 1))
              .map((r) => ({
                key: r.key,
                name: r.key,
                parts: [{ tone: 'busy', name: 'cost', n: r.cost_usd }],
              }))}
          />
        </Panel>
      )}
      {rows.length > 0 && (
        <div className="card overflow-hidden">
          <DataTable
            name="Usage"
            first={groups.find((g) => g.value === group)?.name ?? ''}
            rows={rows}
            keyOf={(r) => r.key}
            head={(r) => <span className="font-medium break-all">{r.key || '–'}</span>}
            columns={columns}
          />
        </div>
      )}
    </div>
  );
}

const exported = [
  'key',
  'calls',
  'errors',
  'prompt_tokens',
  'completion_tokens',
  'cost_usd',
  'avg_latency_ms',
  'p95_latency_ms',
] as const satisfies readonly (keyof Row)[];

function cellsOf(row: Row): unknown[] {
  return exported.map((name) => row[name]);
}
