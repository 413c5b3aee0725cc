import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { exactTime } from '../shared/format';
import { useQueryState } from '../shared/hooks';
import { isRecord } from '../shared/problem';
import { keys } from '../shared/query';
import type { Json, JsonObject } from '../shared/types';
import { Badge } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { JsonView } from '../shared/ui/JsonView';
import { EmptyState, ErrorNote, Loading } from '../shared/ui/Notes';
import { getCheckpoint } from './api';
import type { Checkpoint, CheckpointDetail } from './types';

interface StateViewProps {
  runId: string;
  /** Newest first, as the server has them. */
  list: Checkpoint[];
  onGoBack: ((checkpoint: Checkpoint, vars: JsonObject) => void) | null;
}

/** The variables at any point of the run at which its state was kept. */
export function StateView({ runId, list, onGoBack }: StateViewProps) {
  const [chosen, setChosen] = useQueryState('checkpoint');
  const order = useMemo(() => [...list].reverse(), [list]);
  const found = order.findIndex((c) => c.checkpoint_id === chosen);
  const at = found < 0 ? order.length - 1 : found;
  const here = order[at];
  const before = order[at - 1];
  const state = useKept(runId, here);
  const earlier = useKept(runId, before);

  if (!here) {
    return (
      <div className="card">
        <EmptyState icon="history" title="No state was kept yet">
          The state is kept at the start, after nodes, and whenever the run waits.
        </EmptyState>
      </div>
    );
  }
  const go = (i: number) => setChosen(order[i]?.checkpoint_id ?? '');
  const vars = varsOf(state.data);

  return (
    <div className="flex flex-col gap-4">
      <div className="card flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
        <IconButton
          icon="back"
          name="Earlier state"
          disabled={at === 0}
          onClick={() => go(at - 1)}
        />
        <input
          type="range"
          aria-label="Point in time"
          aria-valuetext={nameOf(here)}
          min={0}
          max={order.length - 1}
          value={at}
          onChange={(e) => go(Number(e.target.value))}
          className="min-w-0 flex-1 basis-48"
        />
        <IconButton
          icon="chevron"
          name="Later state"
          disabled={at === order.length - 1}
          onClick={() => go(at + 1)}
        />
        <p className="flex min-w-0 basis-full flex-wrap items-center gap-x-3 gap-y-1">
          <span className="font-medium break-all">{nameOf(here)}</span>
          {here.reason && <Badge>{here.reason}</Badge>}
          <span className="text-muted">{exactTime(here.created_at)}</span>
          <span className="flex-1 text-faint">
            state {at + 1} of {order.length}, event {here.step}
          </span>
          {onGoBack && vars && (
            <Button size="small" icon="fork" onClick={() => onGoBack(here, vars)}>
              Go on from here
            </Button>
          )}
        </p>
      </div>
      {state.isError && <ErrorNote error={state.error} />}
      {state.isPending && <Loading />}
      {vars && <Vars vars={vars} before={varsOf(earlier.data)} />}
      {state.data && (
        <details className="card px-4 py-3">
          <summary className="font-medium">All that was kept</summary>
          <div className="pt-3">
            <JsonView
              value={state.data.channel_values}
              name="the state"
              className="max-h-[60dvh]"
            />
          </div>
        </details>
      )}
    </div>
  );
}

function useKept(runId: string, checkpoint: Checkpoint | undefined) {
  const id = checkpoint?.checkpoint_id;
  return useQuery({
    queryKey: [...keys.runs, 'one', runId, 'checkpoint', id],
    queryFn: () => getCheckpoint(runId, id ?? ''),
    enabled: id !== undefined,
    staleTime: Infinity,
  });
}

function nameOf(c: Checkpoint): string {
  return c.name ?? c.node_id ?? 'start';
}

export function varsOf(detail: CheckpointDetail | undefined): JsonObject | null {
  const vars = detail?.channel_values.vars;
  return isRecord(vars) ? (vars as JsonObject) : null;
}

type Change = 'new' | 'changed' | 'gone' | null;

/** Each variable, with what became of it since the state before. */
export function changesOf(
  vars: JsonObject,
  before: JsonObject | null,
): [name: string, value: Json, change: Change][] {
  const rows = Object.entries(vars).map(([name, value]): [string, Json, Change] => {
    if (before === null) return [name, value, null];
    if (!(name in before)) return [name, value, 'new'];
    return [name, value, JSON.stringify(before[name]) === JSON.stringify(value) ? null : 'changed'];
  });
  const gone = Object.entries(before ?? {}).filter(([name]) => !(name in vars));
  return [...rows, ...gone.map(([name, value]): [string, Json, Change] => [name, value, 'gone'])];
}

const tones = { new: 'ok', changed: 'wait', gone: 'bad' } as const;

function Vars({ vars, before }: { vars: JsonObject; before: JsonObject | null }) {
  const rows = changesOf(vars, before);
  if (rows.length === 0)
    return <p className="card px-4 py-6 text-center text-muted">No variables</p>;
  return (
    <ul aria-label="Variables" className="card divide-y divide-line overflow-hidden">
      {rows.map(([name, value, change]) => (
        <li
          key={name}
          className="grid gap-x-4 gap-y-1 px-4 py-2.5 sm:grid-cols-[14rem_minmax(0,1fr)]"
        >
          <span className="flex flex-wrap items-start gap-2">
            <code className="font-medium break-all">{name}</code>
            {change && <Badge tone={tones[change]}>{change}</Badge>}
          </span>
          <Value value={value} name={name} />
        </li>
      ))}
    </ul>
  );
}

function Value({ value, name }: { value: Json; name: string }) {
  if (typeof value === 'object' && value !== null) {
    const text = JSON.stringify(value);
    if (text.length > 80) return <JsonView value={value} name={name} className="max-h-56" />;
    return <code className="break-all text-muted">{text}</code>;
  }
  return <code className="break-all whitespace-pre-wrap text-muted">{JSON.stringify(value)}</code>;
}
