import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { duration, words } from '../shared/format';
import { useNow } from '../shared/hooks';
import { nameOfRun, type Run } from '../shared/types';
import { Badge, Dot, StatusBadge } from '../shared/ui/Badge';
import { Bars } from '../shared/ui/Bars';
import { ButtonLink } from '../shared/ui/Button';
import { EmptyState, ErrorNote, Loading } from '../shared/ui/Notes';
import { Facts, Panel } from '../shared/ui/Page';
import { pageOf } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import {
  byCause,
  byHour,
  counters,
  healthInWords,
  middleByHour,
  type Cause,
  type Counter,
} from './logic';
import type { Health, Pool, Readiness, Summary, UsageRow } from './types';

interface DashboardViewProps {
  /** In the order of `counters`; undefined while not known, null when the server does not say. */
  counts: (number | null | undefined)[];
  recent: UseQueryResult<Run[]>;
  failures: UseQueryResult<Run[]>;
  day: Run[];
  summary: Summary | undefined;
  usage: UsageRow[];
  pools: Pool[];
  health: Health | undefined;
  ready: Readiness | undefined;
  unreachable: boolean;
}

export function DashboardView(props: DashboardViewProps) {
  const { counts, recent, failures, day, health, ready, unreachable } = props;
  const now = useNow(60_000);
  const [tone, word] = healthInWords(ready, unreachable);
  return (
    <>
      <ul aria-label="Counts" className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        {counters.map((c, i) => (
          <Count key={c.name} counter={c} n={counts[i]} />
        ))}
      </ul>
      <div className="grid gap-5 lg:grid-cols-2">
        <Panel title="Runs by the hour" actions={<span className="text-muted">last 24 hours</span>}>
          <Bars name="Runs by the hour" bars={byHour(day, now)} />
        </Panel>
        <Panel title="How long they took" actions={<P95 summary={props.summary} />}>
          <Bars
            name="How long runs took"
            adds={false}
            bars={middleByHour(day, now)}
            format={(ms) => duration(ms)}
          />
        </Panel>
      </div>
      <div className="grid items-start gap-5 lg:grid-cols-[1fr_22rem]">
        <Panel
          title="Recent runs"
          actions={
            <ButtonLink size="small" kind="quiet" href="/runs">
              All runs
            </ButtonLink>
          }
        >
          <RunList
            query={recent}
            empty={
              <EmptyState
                icon="runs"
                title="Nothing has run yet"
                action={
                  <ButtonLink kind="primary" href="/procedures">
                    Choose a procedure
                  </ButtonLink>
                }
              >
                Import a procedure, start it, and watch it here.
              </EmptyState>
            }
          />
        </Panel>
        <div className="flex flex-col gap-5">
          <Panel title="Server">
            <Facts
              facts={[
                [
                  'State',
                  <span key="s" className="inline-flex items-center gap-2">
                    <Dot tone={tone} />
                    {word}
                  </span>,
                ],
                ...Object.entries(ready?.checks ?? {}).map(([name, state]): [string, string] => [
                  words(name),
                  state,
                ]),
                ['Version', health?.version],
                ['Node', health && <code className="break-all">{health.node_id}</code>],
              ]}
            />
          </Panel>
          <Panel title="Recent failures">
            <Causes list={byCause(failures.data ?? [])} />
          </Panel>
          <Agents pools={props.pools} />
          <Models usage={props.usage} />
        </div>
      </div>
    </>
  );
}

function P95({ summary }: { summary: Summary | undefined }) {
  const found = summary?.histograms['run_duration_seconds{status=completed}'];
  if (!found || found.count === 0) return null;
  return <span className="text-muted">95 % within {duration(found.p95 * 1000)}</span>;
}

function Causes({ list }: { list: Cause[] }) {
  if (list.length === 0) return <p className="px-4 py-6 text-center text-muted">None. Good.</p>;
  return (
    <ul aria-label="Failures by cause" className="divide-y divide-line">
      {list.slice(0, 6).map((c) => (
        <li key={c.run.run_id}>
          <Link
            href={
              c.n === 1
                ? pageOf('runs', c.run.run_id)
                : `/runs?status=failed&procedure_id=${encodeURIComponent(c.procedure)}`
            }
            className="flex items-start gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-hover"
          >
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{nameOfRun(c.run)}</span>
              <span className="line-clamp-2 break-words text-bad">{c.message}</span>
              <span className="text-muted">
                <Time at={c.run.ended_at ?? c.run.created_at} />
              </span>
            </span>
            {c.n > 1 && <Badge tone="bad">{c.n}×</Badge>}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Agents({ pools }: { pools: Pool[] }) {
  if (pools.length === 0) return null;
  return (
    <Panel
      title="Agents"
      actions={
        <ButtonLink size="small" kind="quiet" href="/agents">
          All
        </ButtonLink>
      }
    >
      <ul className="divide-y divide-line">
        {pools.map((p) => {
          const away = p.agent_count - (p.status_breakdown.online ?? 0);
          const tone = p.circuit_open_count > 0 ? 'bad' : away > 0 ? 'wait' : 'ok';
          return (
            <li
              key={`${p.channel} ${p.pool_id ?? ''}`}
              className="flex items-center gap-2.5 px-4 py-2"
            >
              <Dot tone={tone} />
              <span className="min-w-0 flex-1 truncate">
                {[p.channel, p.pool_id].filter(Boolean).join(' / ')}
              </span>
              <span className="text-muted tabular-nums">
                {p.active_leases} of {p.concurrency_limit_total} in use
              </span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Models({ usage }: { usage: UsageRow[] }) {
  const sum = (pick: (row: UsageRow) => number) => usage.reduce((n, row) => n + pick(row), 0);
  if (usage.length === 0) return null;
  return (
    <Panel
      title="Models"
      actions={
        <ButtonLink size="small" kind="quiet" href="/llm">
          All
        </ButtonLink>
      }
    >
      <Facts
        facts={[
          ['Calls', `${sum((r) => r.calls).toLocaleString('en')} in 30 days`],
          ['Tokens', sum((r) => r.prompt_tokens + r.completion_tokens).toLocaleString('en')],
          ['Cost', `$${sum((r) => r.cost_usd).toFixed(2)}`],
        ]}
      />
    </Panel>
  );
}

function Count({ counter: c, n }: { counter: Counter; n: number | null | undefined }) {
  const dim = n === 0 || n === undefined || n === null;
  return (
    <li>
      <Link href={c.href} className="card block h-full px-4 py-3 hover:bg-hover">
        <span
          className={`
            block text-3xl font-semibold tracking-tight tabular-nums ${dim ? 'text-faint' : ''}
          `}
        >
          {n === undefined || n === null ? '–' : n.toLocaleString('en')}
        </span>
        <span className="mt-0.5 flex items-center gap-2 text-muted">
          <Dot tone={dim ? 'calm' : c.tone} live={!dim && c.tone === 'busy'} /> {c.name}
        </span>
      </Link>
    </li>
  );
}

function RunList({ query, empty }: { query: UseQueryResult<Run[]>; empty: ReactNode }) {
  if (query.isError)
    return (
      <div className="p-3">
        <ErrorNote error={query.error} />
      </div>
    );
  if (!query.data) return <Loading />;
  if (query.data.length === 0) return empty;
  return (
    <ul className="divide-y divide-line">
      {query.data.map((run) => (
        <li key={run.run_id}>
          <Link
            href={pageOf('runs', run.run_id)}
            className="flex items-center gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-hover"
          >
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{nameOfRun(run)}</span>
              {run.error_message && (
                <span className="line-clamp-2 break-words text-bad">{run.error_message}</span>
              )}
              <span className="text-muted">
                <Time at={run.created_at} />
              </span>
            </span>
            {!run.error_message && <StatusBadge status={run.status} />}
          </Link>
        </li>
      ))}
    </ul>
  );
}
