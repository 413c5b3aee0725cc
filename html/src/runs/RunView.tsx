import type { UseQueryResult } from '@tanstack/react-query';
import { elapsed, exactTime } from '../shared/format';
import { useNow } from '../shared/hooks';
import { isFinalStatus, type Run } from '../shared/types';
import { Icon } from '../shared/ui/Icon';
import { JsonView } from '../shared/ui/JsonView';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Facts, Panel } from '../shared/ui/Page';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { Tabs } from '../shared/ui/Tabs';
import { Checkpoints } from './Checkpoints';
import { DiagnosticsView } from './DiagnosticsView';
import { TimelineView } from './TimelineView';
import type { Checkpoint, RunDiagnostics } from './types';
import type { LiveTimeline } from './useTimeline';

interface RunViewProps {
  run: Run;
  live: LiveTimeline;
  diagnostics: UseQueryResult<RunDiagnostics>;
  checkpoints: UseQueryResult<Checkpoint[]>;
  tab: string;
  onTab: (id: string) => void;
}

export function RunView({ run, live, diagnostics, checkpoints, tab, onTab }: RunViewProps) {
  const tabs = [
    { id: 'timeline', name: 'Timeline', content: <TimelineView live={live} /> },
    { id: 'data', name: 'Inputs and outputs', content: <Data run={run} /> },
    {
      id: 'diagnostics',
      name: 'Diagnostics',
      content: diagnostics.data ? (
        <DiagnosticsView diagnostics={diagnostics.data} />
      ) : (
        <Pending query={diagnostics} />
      ),
    },
    {
      id: 'checkpoints',
      name: 'Checkpoints',
      content: checkpoints.data ? (
        <Checkpoints runId={run.run_id} list={checkpoints.data} />
      ) : (
        <Pending query={checkpoints} />
      ),
    },
  ];
  return (
    <>
      <Strip run={run} />
      {run.error_message && (
        <p
          role="status"
          className="flex gap-3 rounded-lg bg-bad-soft px-4 py-3 break-words text-bad"
        >
          <Icon name="alert" className="mt-0.5 size-4.5" /> {run.error_message}
        </p>
      )}
      <Tabs name="Parts of the run" tabs={tabs} value={tab} onChange={onTab} />
    </>
  );
}

function Pending({ query }: { query: UseQueryResult<unknown> }) {
  if (!query.isError) return <Loading />;
  return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
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

function Data({ run }: { run: Run }) {
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Panel title="Inputs">
        <div className="p-3">
          <JsonView value={run.input_vars} name="the inputs" />
        </div>
      </Panel>
      <Panel title="Outputs">
        <div className="p-3">
          <JsonView value={run.output_vars} name="the outputs" />
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
