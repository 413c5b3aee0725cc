import { useQuery } from '@tanstack/react-query';
import { useLocation, useSearchParams } from 'wouter';
import { download } from '../shared/download';
import { useOpen } from '../shared/hooks';
import { usePathId } from '../shared/pathId';
import { keys } from '../shared/query';
import { StatusBadge } from '../shared/ui/Badge';
import { Button, ButtonLink, IconButton } from '../shared/ui/Button';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { pageOf } from '../shared/ui/TextLink';
import { compileDocument, getGraph, getProcedure, listVersions, runsOf } from './api';
import { refusesRuns } from './logic';
import { ManyDialog } from './ManyDialog';
import { ProcedureView } from './ProcedureView';
import { StartRunDialog } from './StartRunDialog';

const back = { href: '/procedures', name: 'Procedures' };

export function ProcedurePage() {
  const procedureId = usePathId('procedureId') ?? '';
  const [search, setSearch] = useSearchParams();
  const [, go] = useLocation();
  const [starting, setStarting] = useOpen<'one' | 'many'>({ start: 'one', many: 'many' });
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
  const document = detail.data?.detail.ckp_json;
  const check = useQuery({
    queryKey: [...at, 'check', detail.data?.detail.content_hash],
    queryFn: () => compileDocument(document ?? {}),
    enabled: tab === 'check' && document !== undefined,
  });

  const runs = useQuery({
    queryKey: [...keys.runs, 'of', procedureId],
    queryFn: () => runsOf(procedureId),
    enabled: tab === 'runs',
    refetchInterval: 3000,
  });

  const p = detail.data?.detail;
  if (!detail.data || !p) {
    return (
      <Page title={procedureId} back={back}>
        {detail.isError ? <ErrorNote error={detail.error} /> : <Loading />}
      </Page>
    );
  }

  const refused = refusesRuns(p.status) || p.valid === false;
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
        <>
          <ButtonLink icon="edit" href={pageOf('builder', p.procedure_id, { version: p.version })}>
            Edit
          </ButtonLink>
          <Button icon="list" disabled={refused} onClick={() => setStarting('many')}>
            Run many
          </Button>
          <Button
            kind="primary"
            icon="runs"
            disabled={refused}
            title={
              refusesRuns(p.status) ? `A version that is ${p.status} starts no run` : undefined
            }
            onClick={() => setStarting('one')}
          >
            Start a run
          </Button>
          <IconButton
            icon="download"
            name="Export as JSON"
            onClick={() => download(`${p.procedure_id}-${p.version}.json`, p.ckp_json)}
          />
        </>
      }
    >
      <ProcedureView
        tagged={detail.data}
        graph={graph}
        versions={versions}
        check={check}
        runs={runs}
        tab={tab}
        from={search.get('from') ?? ''}
        to={search.get('to') ?? ''}
        onGo={(where) =>
          setSearch(
            (now) => {
              for (const [name, value] of Object.entries(where)) now.set(name, value);
              return now;
            },
            { replace: true },
          )
        }
      />
      {starting === 'many' && <ManyDialog procedure={p} onClose={() => setStarting(null)} />}
      {starting === 'one' && (
        <StartRunDialog
          procedure={p}
          onClose={() => setStarting(null)}
          onStarted={(run) => go(pageOf('runs', run.run_id))}
        />
      )}
    </Page>
  );
}
