import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { count, shortId } from '../shared/format';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import type { Run } from '../shared/types';
import { Button } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Progress } from '../shared/ui/Progress';
import { bulk, retryRun } from './api';

export type BulkWhat = 'cancel' | 'delete' | 'retry';

const told: Record<BulkWhat, { title: string; lead: string; act: string; done: string }> = {
  cancel: {
    title: 'Cancel these runs?',
    lead: 'Those that are active stop at once; those that are over stay as they are.',
    act: 'Cancel them',
    done: 'canceled',
  },
  delete: {
    title: 'Delete these runs?',
    lead: 'With their timelines, states and artifacts. Active ones are cancelled first.',
    act: 'Delete them',
    done: 'deleted',
  },
  retry: {
    title: 'Try these runs again?',
    lead: 'Each goes on where it stopped. Those that are active or completed are left alone.',
    act: 'Retry them',
    done: 'going on',
  },
};

/** Runs in one request: small enough that the bar moves. */
const piece = 50;

interface Outcome {
  done: number;
  failed: { id: string; why: string }[];
}

interface BulkDialogProps {
  what: BulkWhat;
  runs: Run[];
  onClose: (done: boolean) => void;
}

/** Does one thing with many runs, shows how far it is and what did not work. */
export function BulkDialog({ what, runs, onClose }: BulkDialogProps) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [busy, setBusy] = useState(false);
  const stopped = useRef(false);
  const client = useQueryClient();
  const words = told[what];

  const start = async () => {
    setBusy(true);
    const sum: Outcome = { done: 0, failed: [] };
    for (const part of partsOf(runs, what === 'retry' ? 4 : piece)) {
      if (stopped.current) break;
      const one = what === 'retry' ? await retryAll(part) : await bulkPart(what, part);
      sum.done += one.done;
      sum.failed.push(...one.failed);
      setOutcome({ ...sum });
    }
    setBusy(false);
    void client.invalidateQueries({ queryKey: keys.runs });
    void client.invalidateQueries({ queryKey: keys.approvals });
  };
  const over = outcome !== null && !busy;
  const past = outcome ? outcome.done + outcome.failed.length : 0;

  return (
    <Dialog
      title={words.title}
      lead={words.lead}
      onClose={() => {
        stopped.current = true;
        onClose(outcome !== null);
      }}
      actions={
        over ? (
          <Button kind="primary" onClick={() => onClose(true)}>
            Close
          </Button>
        ) : (
          <>
            <Button onClick={() => (busy ? (stopped.current = true) : onClose(false))}>
              {busy ? 'Stop' : 'Not now'}
            </Button>
            <Button
              kind={what === 'retry' ? 'primary' : 'danger'}
              busy={busy}
              onClick={() => void start()}
            >
              {words.act}
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-3">
        <Progress name={`${past} of ${count(runs.length, 'run')}`} value={past} max={runs.length} />
        {outcome && (
          <p role="status">
            {outcome.done} {words.done}
            {outcome.failed.length > 0 && `, ${outcome.failed.length} not`}
          </p>
        )}
        {outcome && outcome.failed.length > 0 && (
          <ul className="
            max-h-60 divide-y divide-line overflow-y-auto rounded-lg border border-line
          ">
            {outcome.failed.map(({ id, why }) => (
              <li key={id} className="px-3 py-2">
                <code>{shortId(id)}</code> <span className="break-words text-bad">{why}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}

function partsOf<T>(list: readonly T[], n: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / n) }, (_, i) => list.slice(i * n, i * n + n));
}

async function bulkPart(what: 'cancel' | 'delete', runs: Run[]): Promise<Outcome> {
  const ids = runs.map((r) => r.run_id);
  try {
    const { succeeded, failed } = await bulk(what, ids);
    return {
      done: succeeded.length,
      failed: failed.map((f) => ({ id: f.run_id, why: f.detail })),
    };
  } catch (error) {
    const why = problemOf(error).sentence;
    return { done: 0, failed: ids.map((id) => ({ id, why })) };
  }
}

async function retryAll(runs: Run[]): Promise<Outcome> {
  const sum: Outcome = { done: 0, failed: [] };
  await Promise.all(
    runs.map(async ({ run_id: id }) => {
      try {
        await retryRun(id, null);
        sum.done++;
      } catch (error) {
        sum.failed.push({ id, why: problemOf(error).sentence });
      }
    }),
  );
  return sum;
}
