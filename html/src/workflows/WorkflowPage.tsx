import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { elapsed, shortId } from '../shared/format';
import { useQueryState } from '../shared/hooks';
import { usePathId } from '../shared/pathId';
import type { JsonObject } from '../shared/types';
import { StatusBadge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { JsonView } from '../shared/ui/JsonView';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page, Panel } from '../shared/ui/Page';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import {
  getEither,
  getGraphRun,
  getListRun,
  runsOfGraph,
  type Found,
  type GraphRun,
  type ListRun,
} from './api';
import { Levels, type Step } from './Levels';
import { levelsOf } from './levels';
import { MakeDialog } from './MakeDialog';
import { StartDialog } from './StartDialog';

const back = { href: '/workflows', name: 'Workflows' };
const over = /^(completed|failed|cancelled)$/;

/** One workflow of either family, its levels, its runs, and where a run is. */
export function WorkflowPage() {
  const id = usePathId('workflowId') ?? '';
  const [run, setRun] = useQueryState('run');
  const [kind] = useQueryState('kind');
  const [starting, setStarting] = useState(false);
  const [changing, setChanging] = useState(false);
  const found = useQuery({
    queryKey: ['workflows', 'one', id],
    queryFn: () => getEither(id, kind === 'graph'),
  });
  const isGraph = found.data !== undefined && 'graph' in found.data;
  const shown = useQuery({
    queryKey: ['workflows', 'run', run, isGraph],
    queryFn: async (): Promise<{ graph: GraphRun } | { list: ListRun }> =>
      isGraph ? { graph: await getGraphRun(run) } : { list: await getListRun(run) },
    enabled: run !== '' && found.data !== undefined,
    refetchInterval: (q) => {
      const data = q.state.data;
      const status = data && ('graph' in data ? data.graph.status : data.list.status);
      return status && over.test(status) ? false : 1000;
    },
  });
  if (!found.data) {
    return (
      <Page title="Workflow" back={back}>
        {found.isError ? <ErrorNote error={found.error} /> : <Loading />}
      </Page>
    );
  }
  const w = 'graph' in found.data ? found.data.graph : found.data.list;
  return (
    <Page
      title={w.name}
      back={back}
      lead={<code className="break-all">{w.id}</code>}
      actions={
        <>
          {isGraph && (
            <Button icon="edit" onClick={() => setChanging(true)}>
              Change
            </Button>
          )}
          <Button kind="primary" icon="runs" onClick={() => setStarting(true)}>
            Start a run
          </Button>
        </>
      }
    >
      {shown.isError && <ErrorNote error={shown.error} />}
      {shown.data && <RunHead run={shown.data} />}
      <Shape found={found.data} run={shown.data} />
      {isGraph && <Runs id={id} chosen={run} onChoose={setRun} />}
      <Panel title="Definition">
        <div className="p-3">
          <JsonView value={w} name="the definition" />
        </div>
      </Panel>
      {changing && 'graph' in found.data && (
        <MakeDialog
          lists={false}
          graph={{ id, def: definitionOf(found.data.graph) }}
          onClose={() => setChanging(false)}
        />
      )}
      {starting && (
        <StartDialog
          id={id}
          graph={isGraph}
          onStarted={setRun}
          onClose={() => setStarting(false)}
        />
      )}
    </Page>
  );
}

/** What of a graph is its definition: without what the server adds. */
function definitionOf(graph: object): JsonObject {
  const { name, description, on_error, nodes, edges } = graph as Record<string, JsonObject[]>;
  const bare = (list: JsonObject[] = []) =>
    list.map(({ id: _, workflow_id: __, ...rest }) =>
      Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)),
    );
  const whole = { name, description, on_error, nodes: bare(nodes), edges: bare(edges) };
  return JSON.parse(JSON.stringify(whole)) as JsonObject;
}

type Shown = { graph: GraphRun } | { list: ListRun };

function Shape({ found, run }: { found: Found; run: Shown | undefined }) {
  const [levels, steps] = useMemo(() => {
    const by = new Map<string, Step>();
    if ('graph' in found) {
      const runs = run && 'graph' in run ? (run.graph.nodes ?? []) : [];
      for (const n of found.graph.nodes) {
        const r = runs.find((x) => x.node_id === n.node_id);
        by.set(n.node_id, {
          id: n.node_id,
          name: n.name,
          what: n.node_type,
          status: r?.status ?? null,
          ms: r?.duration_ms ?? null,
          note: r?.error ?? null,
        });
      }
      return [found.graph.execution_levels ?? [], by] as const;
    }
    const runs = run && 'list' in run ? (run.list.steps ?? []) : [];
    for (const s of found.list.definition.steps) {
      const r = runs.find((x) => x.step_id === s.id);
      by.set(s.id, {
        id: s.id,
        name: s.id,
        what: s.config.action,
        status: r?.status ?? null,
        ms: null,
        note: r?.error_message ?? null,
      });
    }
    return [levelsOf(found.list.definition.steps), by] as const;
  }, [found, run]);
  return <Levels levels={levels as string[][]} steps={steps} />;
}

function RunHead({ run }: { run: Shown }) {
  if ('graph' in run) {
    const { run_id, status, nodes_completed, nodes_total, error, outputs } = run.graph;
    return (
      <div className="card flex flex-col gap-3 px-4 py-3">
        <p className="flex flex-wrap items-center gap-3">
          <StatusBadge status={status} />
          <TextLink href={pageOf('runs', run_id)}>run {shortId(run_id)}</TextLink>
          <span className="text-muted">
            {nodes_completed} of {nodes_total} nodes
          </span>
        </p>
        {error && <p className="break-words text-bad">{error}</p>}
        {outputs !== null && <JsonView value={outputs} name="the outputs" className="max-h-60" />}
      </div>
    );
  }
  const { id, status, order_id, started_at, completed_at } = run.list;
  return (
    <p className="card flex flex-wrap items-center gap-3 px-4 py-3">
      <StatusBadge status={status} />
      <code className="text-faint">{shortId(id)}</code>
      {order_id && <TextLink href={pageOf('orders', order_id)}>its order</TextLink>}
      <span className="text-muted">{elapsed(started_at, completed_at, Date.now())}</span>
    </p>
  );
}

interface RunsProps {
  id: string;
  chosen: string;
  onChoose: (run: string) => void;
}

function Runs({ id, chosen, onChoose }: RunsProps) {
  const list = useQuery({
    queryKey: ['workflows', 'runs of', id],
    queryFn: () => runsOfGraph(id),
    refetchInterval: 3000,
  });
  if (!list.data || list.data.length === 0) return null;
  return (
    <Panel title="Runs">
      <ul aria-label="Runs" className="max-h-72 divide-y divide-line overflow-y-auto">
        {list.data.map((r) => (
          <li key={r.run_id}>
            <button
              type="button"
              aria-pressed={r.run_id === chosen}
              onClick={() => onChoose(r.run_id)}
              className={`
                flex w-full items-center gap-4 px-4 py-2.5 text-left -outline-offset-2
                ${r.run_id === chosen ? 'bg-accent-soft' : 'hover:bg-hover'}
              `}
            >
              <code className="text-faint">{shortId(r.run_id)}</code>
              <span className="min-w-0 flex-1 truncate text-bad">{r.error}</span>
              <StatusBadge status={r.status} />
              <span className="w-24 text-right text-muted">
                <Time at={r.created_at} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
