import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { elapsed, shortId } from '../shared/format';
import { GraphView } from '../shared/graph/GraphView';
import type { Graph } from '../shared/graph/types';
import type { Procedure, Run } from '../shared/types';
import { StatusBadge } from '../shared/ui/Badge';
import { EmptyState, ErrorNote, Loading } from '../shared/ui/Notes';
import { Tabs } from '../shared/ui/Tabs';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import { Diagnostics } from './Diagnostics';
import { DiffView } from './DiffView';
import { ExplainTab } from './ExplainTab';
import { JsonTab } from './JsonTab';
import { Overview } from './Overview';
import { ReleaseTab } from './ReleaseTab';
import { TriggersTab } from './TriggersTab';
import type { Compiled, Tagged } from './types';
import { VersionsTab } from './VersionsTab';

interface ProcedureViewProps {
  tagged: Tagged;
  graph: UseQueryResult<Graph>;
  versions: UseQueryResult<Procedure[]>;
  check: UseQueryResult<Compiled>;
  runs: UseQueryResult<Run[]>;
  tab: string;
  from: string;
  to: string;
  onGo: (where: Record<string, string>) => void;
}

export function ProcedureView(props: ProcedureViewProps) {
  const { tagged, graph, versions, check, runs, tab, onGo } = props;
  const { detail: p, etag } = tagged;
  const of = <T,>(query: UseQueryResult<T>, draw: (data: T) => ReactNode) => (
    <Loaded query={query}>{draw}</Loaded>
  );
  const tabs = [
    { id: 'overview', name: 'Overview', content: <Overview procedure={p} /> },
    { id: 'graph', name: 'Graph', content: of(graph, (data) => <GraphView graph={data} />) },
    {
      id: 'json',
      name: 'JSON',
      content: <JsonTab key={p.content_hash} procedure={p} etag={etag} />,
    },
    {
      id: 'versions',
      name: 'Versions',
      content: of(versions, (list) => (
        <VersionsTab
          list={list}
          shown={p.version}
          onCompare={(from, to) => onGo({ tab: 'diff', from, to })}
        />
      )),
    },
    {
      id: 'diff',
      name: 'Compare',
      content: of(versions, (list) => (
        <DiffView
          id={p.procedure_id}
          versions={list.map((v) => v.version)}
          from={props.from || otherThan(list, p.version)}
          to={props.to || p.version}
          onChoose={(from, to) => onGo({ from, to })}
        />
      )),
    },
    {
      id: 'releases',
      name: 'Releases',
      content: of(versions, (list) => <ReleaseTab procedure={p} versions={list} />),
    },
    { id: 'explain', name: 'Explain', content: <ExplainTab procedure={p} /> },
    { id: 'runs', name: 'Runs', content: of(runs, (list) => <Runs list={list} of={p} />) },
    { id: 'triggers', name: 'Triggers', content: <TriggersTab procedure={p} /> },
    { id: 'check', name: 'Check', content: of(check, (found) => <Check compiled={found} />) },
  ];
  return (
    <Tabs
      name="Parts of the procedure"
      tabs={tabs}
      value={tab}
      onChange={(id) => onGo({ tab: id })}
    />
  );
}

function otherThan(list: Procedure[], version: string): string {
  const at = list.findIndex((v) => v.version === version);
  return (list[at + 1] ?? list.find((v) => v.version !== version))?.version ?? version;
}

function Loaded<T>({
  query,
  children,
}: {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (!query.isError) return <Loading />;
  return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
}

function Runs({ list, of }: { list: Run[]; of: Procedure }) {
  if (list.length === 0) {
    return (
      <div className="card">
        <EmptyState icon="runs" title="It has not run yet">
          Start a run with the button above.
        </EmptyState>
      </div>
    );
  }
  return (
    <div className="card overflow-hidden">
      <ul aria-label="Runs" className="divide-y divide-line">
        {list.map((run) => (
          <li key={run.run_id}>
            <Link
              href={pageOf('runs', run.run_id)}
              className="
                flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 -outline-offset-2
                hover:bg-hover
              "
            >
              <code className="text-faint">{shortId(run.run_id)}</code>
              <code>{run.procedure_version}</code>
              <span className="min-w-0 flex-1 truncate text-bad">{run.error_message}</span>
              <StatusBadge status={run.status} />
              <span className="hidden w-20 text-right text-muted sm:block">
                {elapsed(run.started_at, run.ended_at, Date.now())}
              </span>
              <span className="w-24 text-right text-muted">
                <Time at={run.created_at} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <p className="border-t border-line px-4 py-2.5">
        <TextLink href={`/runs?procedure_id=${encodeURIComponent(of.procedure_id)}`}>
          All of its runs
        </TextLink>
      </p>
    </div>
  );
}

function Check({ compiled }: { compiled: Compiled }) {
  const found = [...compiled.errors, ...compiled.warnings];
  return (
    <div className="flex flex-col gap-4">
      <p
        className={`
          rounded-lg px-4 py-3 font-medium
          ${compiled.valid ? 'bg-ok-soft text-ok' : 'bg-bad-soft text-bad'}
        `}
      >
        {compiled.valid ? 'It compiles' : 'It does not compile'}: {compiled.node_count} nodes,{' '}
        {compiled.step_count} steps
      </p>
      {found.length > 0 && <Diagnostics list={found} />}
    </div>
  );
}
