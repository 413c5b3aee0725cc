import { useQueries, useQuery } from '@tanstack/react-query';
import { keys } from '../shared/query';
import { Page } from '../shared/ui/Page';
import { countRuns, getHealth, getReadiness, recentRuns } from './api';
import { DashboardView } from './DashboardView';
import { counters } from './logic';

const every_ms = 5000;

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
    queryFn: () => recentRuns('failed'),
    refetchInterval: every_ms,
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
        health={health.data}
        ready={ready.data}
        unreachable={ready.isError}
      />
    </Page>
  );
}
