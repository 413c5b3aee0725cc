import { useQuery } from '@tanstack/react-query';
import { http } from '../shared/http';
import { Badge } from '../shared/ui/Badge';
import { DataTable, type Column } from '../shared/ui/DataTable';
import { Loading } from '../shared/ui/Notes';
import { Refused } from '../shared/ui/Resource';

interface Cost {
  model: string;
  prompt: number;
  completion: number;
  cached: number | null;
  quality: number | null;
  source: 'default' | 'site';
}

const dollars = (n: number | null) =>
  n === null ? '–' : `$${n.toLocaleString('en', { maximumFractionDigits: 6 })}`;

const columns: Column<Cost>[] = [
  { name: 'In', cell: (c) => dollars(c.prompt) },
  { name: 'In, from a cache', cell: (c) => dollars(c.cached) },
  { name: 'Out', cell: (c) => dollars(c.completion) },
  { name: 'Quality', cell: (c) => c.quality ?? '–' },
  {
    name: 'Said by',
    cell: (c) => (
      <Badge tone={c.source === 'site' ? 'busy' : 'calm'}>
        {c.source === 'site' ? 'this site' : 'default'}
      </Badge>
    ),
  },
];

/** What a model costs where neither its profile nor the procedure says so. */
export function Costs() {
  const found = useQuery({
    queryKey: ['llm', 'costs'],
    queryFn: () => http.get<Cost[]>('/llm/costs'),
  });
  if (found.isError) return <Refused error={found.error} />;
  if (!found.data) return <Loading />;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-muted">
        Dollars for 1,000 tokens, where neither the profile nor the procedure has a price. The
        site’s own are a setting: Settings, Prices of models.
      </p>
      <div className="card overflow-hidden">
        <DataTable
          name="Costs of models"
          first="Model"
          rows={found.data}
          keyOf={(c) => c.model}
          head={(c) => <span className="font-medium break-all">{c.model}</span>}
          columns={columns}
        />
      </div>
    </div>
  );
}
