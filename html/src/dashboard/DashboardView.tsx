import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { words } from '../shared/format';
import type { Run } from '../shared/types';
import { Dot, StatusBadge } from '../shared/ui/Badge';
import { ButtonLink } from '../shared/ui/Button';
import { EmptyState, ErrorNote, Loading } from '../shared/ui/Notes';
import { Facts, Panel } from '../shared/ui/Page';
import { pageOf } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import { counters, healthInWords, type Counter } from './logic';
import type { Health, Readiness } from './types';

interface DashboardViewProps {
  /** In the order of `counters`; undefined while not known, null when the server does not say. */
  counts: (number | null | undefined)[];
  recent: UseQueryResult<Run[]>;
  failures: UseQueryResult<Run[]>;
  health: Health | undefined;
  ready: Readiness | undefined;
  unreachable: boolean;
}

export function DashboardView(props: DashboardViewProps) {
  const { counts, recent, failures, health, ready, unreachable } = props;
  const [tone, word] = healthInWords(ready, unreachable);
  return (
    <>
      <ul aria-label="Counts" className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        {counters.map((c, i) => (
          <Count key={c.name} counter={c} n={counts[i]} />
        ))}
      </ul>
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
            <RunList
              query={failures}
              empty={<p className="px-4 py-6 text-center text-muted">None. Good.</p>}
            />
          </Panel>
        </div>
      </div>
    </>
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
              <span className="block truncate font-medium">{run.procedure_id}</span>
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
