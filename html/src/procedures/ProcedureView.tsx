import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from 'wouter';
import { fieldsOf, textOf } from '../shared/form/schema';
import { rulesInWords } from '../shared/form/validate';
import { exactTime } from '../shared/format';
import type { Procedure } from '../shared/types';
import { Badge, StatusBadge } from '../shared/ui/Badge';
import { JsonView } from '../shared/ui/JsonView';
import { EmptyState, ErrorNote, Loading } from '../shared/ui/Notes';
import { Facts, Panel } from '../shared/ui/Page';
import { Tabs } from '../shared/ui/Tabs';
import { pageOf } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import { Diagnostics } from './Diagnostics';
import { GraphView } from '../shared/graph/GraphView';
import type { Graph } from '../shared/graph/types';
import type { Compiled, ProcedureDetail } from './types';

interface ProcedureViewProps {
  procedure: ProcedureDetail;
  graph: UseQueryResult<Graph>;
  versions: UseQueryResult<Procedure[]>;
  check: UseQueryResult<Compiled>;
  tab: string;
  onTab: (id: string) => void;
}

export function ProcedureView({
  procedure,
  graph,
  versions,
  check,
  tab,
  onTab,
}: ProcedureViewProps) {
  const tabs = [
    { id: 'overview', name: 'Overview', content: <Overview procedure={procedure} /> },
    {
      id: 'graph',
      name: 'Graph',
      content: graph.data ? <GraphView graph={graph.data} /> : <Pending query={graph} />,
    },
    {
      id: 'json',
      name: 'JSON',
      content: (
        <JsonView value={procedure.ckp_json} name="the document" className="max-h-[70dvh]" />
      ),
    },
    {
      id: 'versions',
      name: 'Versions',
      content: versions.data ? (
        <Versions list={versions.data} shown={procedure.version} />
      ) : (
        <Pending query={versions} />
      ),
    },
    {
      id: 'check',
      name: 'Check',
      content: check.data ? <Check compiled={check.data} /> : <Pending query={check} />,
    },
  ];
  return <Tabs name="Parts of the procedure" tabs={tabs} value={tab} onChange={onTab} />;
}

function Pending({ query }: { query: UseQueryResult<unknown> }) {
  if (!query.isError) return <Loading />;
  return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
}

function Overview({ procedure: p }: { procedure: ProcedureDetail }) {
  const fields = fieldsOf(p.ckp_json.variables_schema);
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Panel title="About">
        <Facts
          facts={[
            ['Description', p.description],
            ['Compiles', p.valid === null ? 'not known' : p.valid ? 'yes' : 'no'],
            ['Channel', p.release_channel],
            ['Effective from', p.effective_date],
            ['Tags', p.tags?.length > 0 ? p.tags.join(', ') : null],
            [
              'Imported',
              <span title={exactTime(p.created_at)}>
                <Time at={p.created_at} />
              </span>,
            ],
            ['Changed', <Time at={p.updated_at} />],
            ['By', p.created_by],
          ]}
        />
      </Panel>
      <Panel title="Variables">
        {fields.length === 0 && (
          <EmptyState icon="procedures" title="No variables">
            This one asks for nothing.
          </EmptyState>
        )}
        <ul className="divide-y divide-line">
          {fields.map((f) => (
            <li key={f.name} className="flex flex-col gap-0.5 px-4 py-2.5">
              <p className="flex flex-wrap items-center gap-2">
                <code className="font-medium break-all">{f.name}</code>
                <span className="text-faint">{f.type}</span>
                {f.required && <Badge tone="busy">required</Badge>}
                {f.hidden && <Badge>captured</Badge>}
                {f.sensitive && <Badge tone="wait">hidden</Badge>}
              </p>
              {f.description && <p className="break-words text-muted">{f.description}</p>}
              {[...rulesInWords(f), ...(f.allowed ? [f.allowed.map(textOf).join(', ')] : [])].map(
                (rule) => (
                  <p key={rule} className="break-words text-faint">
                    {rule}
                  </p>
                ),
              )}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function Versions({ list, shown }: { list: Procedure[]; shown: string }) {
  return (
    <ul aria-label="Versions" className="card divide-y divide-line overflow-hidden">
      {list.map((v) => (
        <li key={v.version}>
          <Link
            href={pageOf('procedures', v.procedure_id, { version: v.version })}
            aria-current={v.version === shown ? 'true' : undefined}
            className="flex items-center gap-4 px-4 py-3 -outline-offset-2 hover:bg-hover"
          >
            <code className="min-w-0 flex-1 font-medium break-all">{v.version}</code>
            {v.version === shown && <Badge tone="busy">shown</Badge>}
            {v.valid === false && <Badge tone="bad">Does not compile</Badge>}
            <StatusBadge status={v.status} />
            <span className="hidden text-muted sm:block">
              <Time at={v.created_at} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
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
