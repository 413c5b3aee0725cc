import { useQuery } from '@tanstack/react-query';
import { duration } from '../shared/format';
import { useQueryState } from '../shared/hooks';
import { http } from '../shared/http';
import { EmptyState, Loading } from '../shared/ui/Notes';
import { Bars } from '../shared/ui/Bars';
import { Panel } from '../shared/ui/Page';
import { Refused } from '../shared/ui/Resource';
import { Segments } from '../shared/ui/Segments';

interface Row {
  key: string;
  calls: number;
  errors: number;
  prompt_tokens: number;
  completion_tokens: number;
  cost_usd: number;
  avg_latency_ms: number;
  p95_latency_ms: number;
}

const groups = [
  { value: 'model', name: 'By model' },
  { value: 'profile', name: 'By profile' },
  { value: 'procedure', name: 'By procedure' },
  { value: 'project', name: 'By project' },
  { value: 'day', name: 'By day' },
] as const;

const head = ['Calls', 'Errors', 'Tokens in', 'Tokens out', 'Cost', 'Mean', '95 %'];

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
      <Segments name="Summed up" options={groups} value={group} onChange={setGroup} />
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
            format={(n) => `$${n.toFixed(2)}`}
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
        <div className="card overflow-x-auto" tabIndex={0} role="region" aria-label="Usage">
          <table className="w-full min-w-[42rem] text-right tabular-nums">
            <thead className="text-xs text-faint">
              <tr className="border-b border-line">
                <th scope="col" className="px-4 py-2 text-left font-medium">
                  {groups.find((g) => g.value === group)?.name}
                </th>
                {head.map((name) => (
                  <th key={name} scope="col" className="px-4 py-2 font-medium">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {rows.map((r) => (
                <tr key={r.key}>
                  <th scope="row" className="px-4 py-2 text-left font-medium break-all">
                    {r.key || '–'}
                  </th>
                  {cells(r).map((text, i) => (
                    <td key={head[i]} className="px-4 py-2">
                      {text}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function cells(r: Row): string[] {
  const n = (value: number) => value.toLocaleString('en');
  return [
    n(r.calls),
    n(r.errors),
    n(r.prompt_tokens),
    n(r.completion_tokens),
    `$${r.cost_usd.toFixed(4)}`,
    duration(r.avg_latency_ms),
    duration(r.p95_latency_ms),
  ];
}
