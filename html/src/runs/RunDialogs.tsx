import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import type { JsonObject, Run } from '../shared/types';
import { Button } from '../shared/ui/Button';
import { Choice } from '../shared/ui/Choice';
import { Dialog } from '../shared/ui/Dialog';
import { Field, TextArea, TextInput } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { pageOf } from '../shared/ui/TextLink';
import { useToast } from '../shared/ui/Toast';
import { cancelRun, deleteRun, retryRun } from './api';
import { actionsOf, parseInputs } from './logic';

export function CancelDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const client = useQueryClient();
  const toast = useToast();
  const cancel = useMutation({
    mutationFn: () => cancelRun(run.run_id, reason.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.runs });
      void client.invalidateQueries({ queryKey: keys.approvals });
      toast.say('The run is canceled');
      onClose();
    },
  });

  return (
    <Dialog
      title="Cancel this run?"
      lead="It stops at once. Calls in flight are aborted and open approvals are withdrawn."
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Let it go on</Button>
          <Button kind="danger" icon="stop" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel the run
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {cancel.isError && <ErrorNote error={cancel.error} />}
        <Field label="Reason" hint="Goes into the timeline and the audit log">
          {(tie) => (
            <TextInput {...tie} value={reason} onChange={(e) => setReason(e.target.value)} />
          )}
        </Field>
      </div>
    </Dialog>
  );
}

/** Goes on with the same run where it stopped, or makes a new one of it with other inputs. */
export function RetryDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const can = actionsOf(run);
  const [same, setSame] = useState(can.resume);
  const [text, setText] = useState(() => JSON.stringify(run.input_vars ?? {}, null, 2));
  const client = useQueryClient();
  const [, go] = useLocation();
  const parsed = parseInputs(text);
  const wrong = 'wrong' in parsed ? parsed.wrong : null;

  const retry = useMutation({
    mutationFn: (inputs: JsonObject | null) => retryRun(run.run_id, inputs),
    onSuccess: (next) => {
      void client.invalidateQueries({ queryKey: keys.runs });
      onClose();
      if (next.run_id !== run.run_id) go(pageOf('runs', next.run_id));
    },
  });
  const fields = Object.entries(retry.isError ? problemOf(retry.error).fields : {});

  return (
    <Dialog
      title="Try again"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button
            kind="primary"
            icon="retry"
            busy={retry.isPending}
            disabled={!same && wrong !== null}
            onClick={() => retry.mutate(same || 'wrong' in parsed ? null : parsed.inputs)}
          >
            {same ? 'Go on with this run' : 'Start a new run'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {retry.isError && <ErrorNote error={retry.error} />}
        {fields.map(([name, sentence]) => (
          <p key={name} className="text-bad">
            <code>{name}</code>: {sentence}
          </p>
        ))}
        <fieldset className="flex flex-col gap-2">
          <legend className="sr-only">How</legend>
          {can.resume && (
            <Choice checked={same} onChoose={() => setSame(true)} title="Go on where it stopped">
              The same run. Steps that were recorded are not done again.
            </Choice>
          )}
          <Choice checked={!same} onChoose={() => setSame(false)} title="Start a new run">
            From the beginning, with the inputs below. This run stays as it is.
          </Choice>
        </fieldset>
        {!same && (
          <Field
            label="Inputs"
            error={wrong}
            hint="A hidden value that is left as it is keeps its original"
          >
            {(tie) => (
              <TextArea
                {...tie}
                value={text}
                onChange={(e) => setText(e.target.value)}
                className="h-48 font-mono text-[0.8125rem]"
              />
            )}
          </Field>
        )}
      </div>
    </Dialog>
  );
}

export function DeleteDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const [, go] = useLocation();
  const remove = useMutation({
    mutationFn: () => deleteRun(run.run_id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.runs });
      toast.say('The run is deleted');
      onClose();
      go('/runs');
    },
  });
  return (
    <Dialog
      title="Delete this run?"
      lead="With its timeline, states, approvals and artifacts."
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            kind="danger"
            icon="trash"
            busy={remove.isPending}
            onClick={() => remove.mutate()}
          >
            Delete the run
          </Button>
        </>
      }
    >
      {remove.isError ? (
        <ErrorNote error={remove.error} />
      ) : (
        <p className="text-muted">The audit trail keeps who deleted it.</p>
      )}
    </Dialog>
  );
}
