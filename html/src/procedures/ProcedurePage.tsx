import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { usePathId } from '../shared/pathId';
import { keys } from '../shared/query';
import { StatusBadge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { pageOf } from '../shared/ui/TextLink';
import { compileDocument, getGraph, getProcedure, listVersions } from './api';
import { refusesRuns } from './logic';
import { ProcedureView } from './ProcedureView';
import { StartRunDialog } from './StartRunDialog';

const back = { href: '/procedures', name: 'Procedures' };

export function ProcedurePage() {
  const procedureId = usePathId('procedureId') ?? '';
  const [search, setSearch] = useSearchParams();
  const [, go] = useLocation();
  const [starting, setStarting] = useState(false);
  const version = search.get('version') ?? 'latest';
  const tab = search.get('tab') ?? 'overview';
  const at = [...keys.procedures, 'one', procedureId, version];

  const detail = useQuery({ queryKey: at, queryFn: () => getProcedure(procedureId, version) });
  const graph = useQuery({
    queryKey: [...at, 'graph'],
    queryFn: () => getGraph(procedureId, version),
  });
  const versions = useQuery({
    queryKey: [...keys.procedures, 'versions', procedureId],
    queryFn: () => listVersions(procedureId),
  });
  const document = detail.data?.ckp_json;
  const check = useQuery({
    queryKey: [...at, 'check', detail.data?.content_hash],
    queryFn: () => compileDocument(document ?? {}),
    enabled: tab === 'check' && document !== undefined,
  });

  const p = detail.data;
  if (!p) {
    return (
      <Page title={procedureId} back={back}>
        {detail.isError ? <ErrorNote error={detail.error} /> : <Loading />}
      </Page>
    );
  }

  return (
    <Page
      title={p.name}
      back={back}
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <StatusBadge status={p.status} />
          <code className="break-all">{p.procedure_id}</code>
          <span>
            version <code>{p.version}</code>
          </span>
        </span>
      }
      actions={
        <Button
          kind="primary"
          icon="runs"
          disabled={refusesRuns(p.status) || p.valid === false}
          title={refusesRuns(p.status) ? `A version that is ${p.status} starts no run` : undefined}
          onClick={() => setStarting(true)}
        >
          Start a run
        </Button>
      }
    >
      <ProcedureView
        procedure={p}
        graph={graph}
        versions={versions}
        check={check}
        tab={tab}
        onTab={(id) =>
          setSearch(
            (now) => {
              now.set('tab', id);
              return now;
            },
            { replace: true },
          )
        }
      />
      {starting && (
        <StartRunDialog
          procedure={p}
          onClose={() => setStarting(false)}
          onStarted={(run) => go(pageOf('runs', run.run_id))}
        />
      )}
    </Page>
  );
}
