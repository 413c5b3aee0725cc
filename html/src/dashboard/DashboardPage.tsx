import { useQueries, useQuery } from '@tanstack/react-query';
import { keys } from '../shared/query';
import { Page } from '../shared/ui/Page';
import {
  countRuns,
  getHealth,
  getReadiness,
  getSummary,
  lastDay,
  listPools,
  recentRuns,
  usageByDay,
} from './api';
import { DashboardView } from './DashboardView';
import { counters } from './logic';

const every_ms = 5000;
const slow_ms = 15_000;

export function DashboardPage() {
  const counts = useQueries({
    queries: counters.map(({ status }) => ({
      queryKey: [...keys.runs, 'count', status],
      queryFn: () => countRuns(status),
      refetchInterval: every_ms,
    })),
  });
  const recent = useQuery({
    queryKey: [...keys.runs, 'recent'],
    queryFn: () => recentRuns(''),
    refetchInterval: every_ms,
  });
  const failures = useQuery({
    queryKey: [...keys.runs, 'failures'],
    queryFn: () => recentRuns('failed', 200),
    refetchInterval: slow_ms,
  });
  const day = useQuery({
    queryKey: [...keys.runs, 'day'],
    queryFn: lastDay,
    refetchInterval: slow_ms,
  });
  const summary = useQuery({
    queryKey: [...keys.runs, 'summary'],
    queryFn: getSummary,
    refetchInterval: slow_ms,
  });
  const usage = useQuery({ queryKey: ['llm', 'usage', 'day'], queryFn: usageByDay });
  const pools = useQuery({
    queryKey: [...keys.agents, 'pools'],
    queryFn: listPools,
    refetchInterval: slow_ms,
  });
  const health = useQuery({ queryKey: keys.health, queryFn: getHealth, refetchInterval: every_ms });
  const ready = useQuery({
    queryKey: [...keys.health, 'ready'],
    queryFn: getReadiness,
    refetchInterval: every_ms,
  });

  return (
    <Page title="Dashboard" lead="What runs now, what waits for people, and what went wrong.">
      <DashboardView
        counts={counts.map((c) => c.data)}
        recent={recent}
        failures={failures}
        day={day.data ?? []}
        summary={summary.data}
        usage={usage.data ?? []}
        pools={pools.data ?? []}
        health={health.data}
        ready={ready.data}
        unreachable={ready.isError}
      />
    </Page>
  );
}
