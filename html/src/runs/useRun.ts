import { useQuery } from '@tanstack/react-query';
import { keys } from '../shared/query';
import { isFinalStatus } from '../shared/types';
import {
  getRun,
  getRunDiagnostics,
  listArtifacts,
  listCheckpoints,
  listChildren,
  runGraph,
} from './api';

/** What the parts of the page ask for: the run always, the rest once its part is looked at. */
export function useRun(runId: string, tab: string) {
  const at = [...keys.runs, 'one', runId];
  const run = useQuery({
    queryKey: at,
    queryFn: () => getRun(runId),
    refetchInterval: (query) =>
      query.state.data && isFinalStatus(query.state.data.status) ? false : 2000,
  });
  const status = run.data?.status;
  const over = status !== undefined && isFinalStatus(status);
  const every = over ? false : 2000;
  const diagnostics = useQuery({
    queryKey: [...at, 'diagnostics'],
    queryFn: () => getRunDiagnostics(runId),
    enabled: status !== undefined && (status !== 'completed' || tab !== 'timeline'),
    refetchInterval: every,
  });
  const checkpoints = useQuery({
    queryKey: [...at, 'checkpoints'],
    queryFn: () => listCheckpoints(runId),
    enabled: tab === 'checkpoints',
    refetchInterval: every,
  });
  const [procedure, version] = [run.data?.procedure_id ?? '', run.data?.procedure_version ?? ''];
  const graph = useQuery({
    queryKey: [...keys.procedures, 'one', procedure, version, 'graph'],
    queryFn: () => runGraph(procedure, version),
    enabled: procedure !== '' && (tab === 'graph' || tab === 'checkpoints'),
    staleTime: 60_000,
  });
  const artifacts = useQuery({
    queryKey: [...at, 'artifacts'],
    queryFn: () => listArtifacts(runId),
    enabled: run.data !== undefined,
  });
  const kids = useQuery({
    queryKey: [...at, 'children'],
    queryFn: () => listChildren(runId),
    enabled: tab === 'data',
    refetchInterval: every,
  });
  return { run, diagnostics, checkpoints, graph, artifacts, kids };
}
