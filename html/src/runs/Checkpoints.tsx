import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { exactTime } from '../shared/format';
import { keys } from '../shared/query';
import { Badge } from '../shared/ui/Badge';
import { JsonView } from '../shared/ui/JsonView';
import { EmptyState, ErrorNote, Loading } from '../shared/ui/Notes';
import { getCheckpoint } from './api';
import type { Checkpoint } from './types';

/** The states that were kept, newest first, and the variables in the one that is chosen. */
export function Checkpoints({ runId, list }: { runId: string; list: Checkpoint[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const one = useQuery({
    queryKey: [...keys.runs, 'one', runId, 'checkpoint', chosen],
    queryFn: () => getCheckpoint(runId, chosen ?? ''),
    enabled: chosen !== null,
    staleTime: Infinity,
  });
  if (list.length === 0) {
    return (
      <div className="card">
        <EmptyState icon="runs" title="No checkpoint yet">
          The state is kept at the start, after nodes, and whenever the run waits.
        </EmptyState>
      </div>
    );
  }

  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <ol aria-label="Checkpoints" className="card divide-y divide-line overflow-hidden">
        {list.map((c) => (
          <li key={c.checkpoint_id}>
            <button
              type="button"
              aria-pressed={chosen === c.checkpoint_id}
              onClick={() => setChosen(c.checkpoint_id)}
              className={`
                flex w-full flex-wrap items-center gap-3 px-4 py-2.5 text-left -outline-offset-2
                ${chosen === c.checkpoint_id ? 'bg-accent-soft' : 'hover:bg-hover'}
              `}
            >
              <span className="w-8 text-right text-faint tabular-nums">{c.step}</span>
              <span className="min-w-0 flex-1 font-medium break-all">
                {c.name ?? c.node_id ?? 'start'}
              </span>
              {c.reason && <Badge>{c.reason}</Badge>}
              <span className="text-muted">{exactTime(c.created_at)}</span>
            </button>
          </li>
        ))}
      </ol>
      {chosen !== null && (
        <div>
          {one.isPending && <Loading />}
          {one.isError && <ErrorNote error={one.error} />}
          {one.data && (
            <JsonView value={one.data.channel_values} name="the state" className="max-h-[70dvh]" />
          )}
        </div>
      )}
    </div>
  );
}
