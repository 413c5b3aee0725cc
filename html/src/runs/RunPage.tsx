import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { download } from '../shared/download';
import { shortId } from '../shared/format';
import { usePathId } from '../shared/pathId';
import { keys } from '../shared/query';
import { isFinalStatus, nameOfRun, type JsonObject, type Run } from '../shared/types';
import { StatusBadge } from '../shared/ui/Badge';
import { Button, ButtonLink, IconButton } from '../shared/ui/Button';
import { CopyButton } from '../shared/ui/CopyButton';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { useToast } from '../shared/ui/Toast';
import { pauseRun, resumeRun } from './api';
import { actionsOf } from './logic';
import { PointDialog } from './PointDialog';
import { progressOf } from './progress';
import { CancelDialog, DeleteDialog, RetryDialog } from './RunDialogs';
import { RunView } from './RunView';
import type { Checkpoint } from './types';
import { useRun } from './useRun';
import { useTimeline } from './useTimeline';

const back = { href: '/runs', name: 'Runs' };

type Open =
  | { what: 'cancel' | 'retry' | 'delete' }
  | { what: 'point'; checkpoint: Checkpoint; vars: JsonObject };

export function RunPage() {
  const runId = usePathId('runId') ?? '';
  const [search, setSearch] = useSearchParams();
  const [dialog, setDialog] = useState<Open | null>(null);
  const client = useQueryClient();
  const tab = search.get('tab') ?? 'timeline';
  const { run, diagnostics, checkpoints, graph, artifacts, kids } = useRun(runId, tab);
  const live = useTimeline(runId, run.data?.attempt ?? null);
  const entries = useDeferredValue(live.line.entries);
  const progress = useMemo(() => progressOf(entries), [entries]);

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

  const go = (where: Record<string, string>) =>
    setSearch(
      (now) => {
        for (const [name, value] of Object.entries(where)) {
          if (value === '') now.delete(name);
          else now.set(name, value);
        }
        return now;
      },
      { replace: true },
    );
  const approval = r.status === 'waiting_approval' ? diagnostics.data?.pending_approvals[0] : null;
  const close = () => setDialog(null);
  return (
    <Page
      title={`Run ${shortId(r.run_id)}`}
      back={back}
      heading={
        <span className="flex flex-wrap items-center gap-3">
          {nameOfRun(r)} <StatusBadge status={r.status} />
        </span>
      }
      lead={<Lead run={r} />}
      actions={
        <Actions
          run={r}
          approval={approval ?? null}
          onOpen={(what) => setDialog({ what })}
          onExport={() =>
            download(`run-${shortId(r.run_id)}.json`, {
              run: r,
              events: live.line.entries.map((e) => e.event),
            })
          }
        />
      }
    >
      <RunView
        run={r}
        live={live}
        progress={progress}
        diagnostics={diagnostics}
        checkpoints={checkpoints}
        graph={graph}
        artifacts={artifacts}
        childRuns={kids.data ?? []}
        tab={tab}
        node={search.get('node') ?? ''}
        onGo={go}
        onGoBack={(checkpoint, vars) => setDialog({ what: 'point', checkpoint, vars })}
      />
      {dialog?.what === 'cancel' && <CancelDialog run={r} onClose={close} />}
      {dialog?.what === 'retry' && <RetryDialog run={r} onClose={close} />}
      {dialog?.what === 'delete' && <DeleteDialog run={r} onClose={close} />}
      {dialog?.what === 'point' && (
        <PointDialog
          run={r}
          checkpoint={{
            id: dialog.checkpoint.checkpoint_id,
            name: dialog.checkpoint.name ?? dialog.checkpoint.node_id ?? 'the start',
          }}
          vars={dialog.vars}
          nodes={graph.data?.nodes.map((n) => n.id) ?? []}
          onClose={close}
        />
      )}
    </Page>
  );
}

function Lead({ run: r }: { run: Run }) {
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      <span className="flex items-center">
        <code className="break-all">{r.run_id}</code>
        <CopyButton text={r.run_id} name="Copy the run id" />
      </span>
      <TextLink href={pageOf('procedures', r.procedure_id, { version: r.procedure_version })}>
        version {r.procedure_version}
      </TextLink>
    </span>
  );
}

interface ActionsProps {
  run: Run;
  approval: string | null;
  onOpen: (what: 'cancel' | 'retry' | 'delete') => void;
  onExport: () => void;
}

function Actions({ run: r, approval, onOpen, onExport }: ActionsProps) {
  const can = actionsOf(r);
  const client = useQueryClient();
  const toast = useToast();
  const hold = useMutation({
    mutationFn: () => (can.release ? resumeRun(r.run_id) : pauseRun(r.run_id, '')),
    onSuccess: () => toast.say(can.release ? 'The run goes on' : 'Held at its next step', 'ok'),
    onError: (error) => toast.fail('The run was not changed', error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.runs }),
  });
  return (
    <>
      {approval && (
        <ButtonLink kind="primary" icon="approvals" href={pageOf('approvals', approval)}>
          Decide
        </ButtonLink>
      )}
      {(can.pause || can.release) && (
        <Button
          icon={can.release ? 'play' : 'pause'}
          busy={hold.isPending}
          onClick={() => hold.mutate()}
        >
          {can.release ? 'Resume' : 'Pause'}
        </Button>
      )}
      {can.rerun && (
        <Button icon="retry" onClick={() => onOpen('retry')}>
          Retry
        </Button>
      )}
      {can.cancel && (
        <Button kind="danger" icon="stop" onClick={() => onOpen('cancel')}>
          Cancel
        </Button>
      )}
      <span className="flex">
        <IconButton icon="download" name="Export as JSON" onClick={onExport} />
        {isFinalStatus(r.status) && (
          <IconButton icon="trash" name="Delete the run" onClick={() => onOpen('delete')} />
        )}
      </span>
    </>
  );
}
