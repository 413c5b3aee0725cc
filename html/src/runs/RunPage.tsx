import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'wouter';
import { shortId } from '../shared/format';
import { usePathId } from '../shared/pathId';
import { keys } from '../shared/query';
import { isFinalStatus } from '../shared/types';
import { StatusBadge } from '../shared/ui/Badge';
import { Button, ButtonLink } from '../shared/ui/Button';
import { CopyButton } from '../shared/ui/CopyButton';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { getRun, getRunDiagnostics, listCheckpoints } from './api';
import { CancelDialog, RetryDialog } from './RunDialogs';
import { actionsOf } from './logic';
import { RunView } from './RunView';
import { useTimeline } from './useTimeline';

const back = { href: '/runs', name: 'Runs' };

export function RunPage() {
  const runId = usePathId('runId') ?? '';
  const [search, setSearch] = useSearchParams();
  const [dialog, setDialog] = useState<'cancel' | 'retry' | null>(null);
  const client = useQueryClient();
  const tab = search.get('tab') ?? 'timeline';
  const at = [...keys.runs, 'one', runId];

  const run = useQuery({
    queryKey: at,
    queryFn: () => getRun(runId),
    refetchInterval: (query) =>
      query.state.data && isFinalStatus(query.state.data.status) ? false : 2000,
  });
  const live = useTimeline(runId, run.data?.attempt ?? null);
  const diagnostics = useQuery({
    queryKey: [...at, 'diagnostics'],
    queryFn: () => getRunDiagnostics(runId),
    enabled: tab === 'diagnostics' || run.data?.status === 'waiting_approval',
  });
  const checkpoints = useQuery({
    queryKey: [...at, 'checkpoints'],
    queryFn: () => listCheckpoints(runId),
    enabled: tab === 'checkpoints',
  });

  /* the stream is quicker than asking: what it says about the state is looked up at once */
  const { status } = live.line;
  useEffect(() => {
    if (status) void client.invalidateQueries({ queryKey: [...keys.runs, 'one', runId] });
  }, [client, runId, status]);

  const r = run.data;
  if (!r) {
    return (
      <Page title={`Run ${shortId(runId)}`} back={back}>
        {run.isError ? <ErrorNote error={run.error} /> : <Loading />}
      </Page>
    );
  }

  const can = actionsOf(r);
  const approval = r.status === 'waiting_approval' ? diagnostics.data?.pending_approvals[0] : null;
  return (
    <Page
      title={`Run ${shortId(r.run_id)}`}
      back={back}
      heading={
        <span className="flex flex-wrap items-center gap-3">
          {r.procedure_id} <StatusBadge status={r.status} />
        </span>
      }
      lead={
        <span className="flex flex-wrap items-center gap-x-3">
          <span className="flex items-center">
            <code className="break-all">{r.run_id}</code>
            <CopyButton text={r.run_id} name="Copy the run id" />
          </span>
          <TextLink href={pageOf('procedures', r.procedure_id, { version: r.procedure_version })}>
            version {r.procedure_version}
          </TextLink>
        </span>
      }
      actions={
        <>
          {approval && (
            <ButtonLink kind="primary" icon="approvals" href={pageOf('approvals', approval)}>
              Decide
            </ButtonLink>
          )}
          {can.rerun && (
            <Button icon="retry" onClick={() => setDialog('retry')}>
              Retry
            </Button>
          )}
          {can.cancel && (
            <Button kind="danger" icon="stop" onClick={() => setDialog('cancel')}>
              Cancel
            </Button>
          )}
        </>
      }
    >
      <RunView
        run={r}
        live={live}
        diagnostics={diagnostics}
        checkpoints={checkpoints}
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
      {dialog === 'cancel' && <CancelDialog run={r} onClose={() => setDialog(null)} />}
      {dialog === 'retry' && <RetryDialog run={r} onClose={() => setDialog(null)} />}
    </Page>
  );
}
