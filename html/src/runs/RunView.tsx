import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { elapsed, exactTime } from '../shared/format';
import { GraphView } from '../shared/graph/GraphView';
import type { Graph } from '../shared/graph/types';
import { useNow } from '../shared/hooks';
import { isFinalStatus, nameOfRun, type JsonObject, type Run } from '../shared/types';
import { StatusBadge } from '../shared/ui/Badge';
import { Icon } from '../shared/ui/Icon';
import { JsonView } from '../shared/ui/JsonView';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Facts, Panel } from '../shared/ui/Page';
import { Tabs } from '../shared/ui/Tabs';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import { AnswersView } from './AnswersView';
import { ArtifactsView } from './ArtifactsView';
import { DiagnosticsView } from './DiagnosticsView';
import { ModelsView } from './ModelsView';
import type { Progress } from './progress';
import { StateView } from './StateView';
import { TimelineView } from './TimelineView';
import type { Artifact, Checkpoint, RunDiagnostics } from './types';
import type { LiveTimeline } from './useTimeline';
import { whyFailed, whyWaiting } from './why';

interface RunViewProps {
  run: Run;
  live: LiveTimeline;
  progress: Progress;
  diagnostics: UseQueryResult<RunDiagnostics>;
  checkpoints: UseQueryResult<Checkpoint[]>;
  graph: UseQueryResult<Graph>;
  artifacts: UseQueryResult<Artifact[]>;
  childRuns: Run[];
  tab: string;
  node: string;
  /** Goes to a part of the run, with what its address keeps. */
  onGo: (where: Record<string, string>) => void;
  onGoBack: ((checkpoint: Checkpoint, vars: JsonObject) => void) | null;
}

export function RunView(props: RunViewProps) {
  const { run, live, progress, diagnostics, checkpoints, graph, artifacts, onGo } = props;
  const tabs = [
    {
      id: 'timeline',
      name: 'Timeline',
      content: (
        <TimelineView
          live={live}
          progress={progress}
          node={props.node}
          onNode={(node) => onGo({ node })}
        />
      ),
    },
    {
      id: 'graph',
      name: 'Graph',
      content: (
        <Loaded query={graph}>
          {(data) => (
            <GraphView
              graph={data}
              progress={progress.nodes}
              taken={progress.taken}
              onChoose={(node) => onGo({ tab: 'timeline', node, event: '' })}
            />
          )}
        </Loaded>
      ),
    },
    {
      id: 'checkpoints',
      name: 'State',
      content: (
        <Loaded query={checkpoints}>
          {(list) => <StateView runId={run.run_id} list={list} onGoBack={props.onGoBack} />}
        </Loaded>
      ),
    },
    { id: 'data', name: 'Inputs and outputs', content: <Data run={run} kids={props.childRuns} /> },
    {
      id: 'artifacts',
      name: artifacts.data?.length ? `Artifacts (${artifacts.data.length})` : 'Artifacts',
      content: <Loaded query={artifacts}>{(list) => <ArtifactsView list={list} />}</Loaded>,
    },
    {
      id: 'models',
      name: 'Models and agents',
      content: (
        <ModelsView
          calls={progress.models}
          diagnostics={diagnostics.data}
          onChoose={(seq) => onGo({ tab: 'timeline', event: String(seq), node: '', show: '' })}
        />
      ),
    },
    {
      id: 'diagnostics',
      name: 'Diagnostics',
      content: <Loaded query={diagnostics}>{(d) => <DiagnosticsView diagnostics={d} />}</Loaded>,
    },
  ];
  return (
    <>
      <Strip run={run} />
      <Why run={run} diagnostics={diagnostics.data} />
      <AnswersView answers={live.answers} />
      <Tabs
        name="Parts of the run"
        tabs={tabs}
        value={props.tab}
        onChange={(tab) => onGo({ tab, event: '' })}
      />
    </>
  );
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

/** The one sentence that somebody came for. */
function Why({ run, diagnostics }: { run: Run; diagnostics: RunDiagnostics | undefined }) {
  const now = useNow(1000, !isFinalStatus(run.status));
  const failed = whyFailed(run, diagnostics);
  const waiting = whyWaiting(run, diagnostics, now);
  const told = failed ?? waiting ?? run.error_message;
  if (!told) return null;
  const look = failed || !waiting ? 'bg-bad-soft text-bad' : 'bg-wait-soft text-wait';
  return (
    <p role="status" className={`flex gap-3 rounded-lg px-4 py-3 break-words ${look}`}>
      <Icon name={failed || !waiting ? 'alert' : 'clock'} className="mt-0.5 size-4.5" />
      <span className="min-w-0">{told}</span>
    </p>
  );
}

const columns = 'sm:grid-cols-[1.5fr_1fr_1fr_0.7fr_1.2fr]';

/** The figures one looks for first, in one line. */
function Strip({ run }: { run: Run }) {
  const now = useNow(1000, !isFinalStatus(run.status));
  const facts: [string, string][] = [
    ['Started', run.started_at ? exactTime(run.started_at) : 'not yet'],
    ['Took', elapsed(run.started_at, run.ended_at, now)],
    ['At', run.last_node_id ?? '–'],
    ['Attempt', String(run.attempt)],
    ['Trigger', [run.trigger_type, run.triggered_by].filter(Boolean).join(' by ') || '–'],
  ];
  return (
    <dl className={`card grid grid-cols-2 gap-px overflow-hidden bg-line ${columns}`}>
      {facts.map(([name, value]) => (
        <div key={name} className="bg-surface px-4 py-2.5 last:col-span-2 sm:last:col-span-1">
          <dt className="text-xs text-faint">{name}</dt>
          <dd className="font-medium break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Data({ run, kids }: { run: Run; kids: Run[] }) {
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Panel title="Inputs">
        <div className="p-3">
          <JsonView value={run.input_vars} name="the inputs" />
        </div>
      </Panel>
      <Panel title="Outputs">
        <div className="p-3">
          {run.output_vars ? (
            <JsonView value={run.output_vars} name="the outputs" />
          ) : (
            <p className="text-muted">None yet: they are there when the run has ended.</p>
          )}
        </div>
      </Panel>
      <Panel title="About">
        <Facts
          facts={[
            ['Mode', run.execution_mode],
            ['Created', exactTime(run.created_at)],
            ['Ended', run.ended_at ? exactTime(run.ended_at) : null],
            [
              'Tokens',
              run.total_prompt_tokens === null
                ? null
                : `${run.total_prompt_tokens} in, ${run.total_completion_tokens ?? 0} out`,
            ],
            [
              'Cost',
              run.estimated_cost_usd === null ? null : `$${run.estimated_cost_usd.toFixed(4)}`,
            ],
            ['Retry of', run.retry_of_run_id && <RunLink id={run.retry_of_run_id} />],
            ['Child of', run.parent_run_id && <RunLink id={run.parent_run_id} />],
          ]}
        />
      </Panel>
      {kids.length > 0 && (
        <Panel title="Runs that it started">
          <ul aria-label="Child runs" className="divide-y divide-line">
            {kids.map((kid) => (
              <li key={kid.run_id} className="flex flex-wrap items-center gap-3 px-4 py-2.5">
                <span className="min-w-0 flex-1 break-all">
                  <TextLink href={pageOf('runs', kid.run_id)}>{nameOfRun(kid)}</TextLink>
                </span>
                <StatusBadge status={kid.status} />
                <span className="text-muted">
                  <Time at={kid.created_at} />
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}

function RunLink({ id }: { id: string }) {
  return (
    <TextLink href={pageOf('runs', id)}>
      <code className="break-all">{id}</code>
    </TextLink>
  );
}
