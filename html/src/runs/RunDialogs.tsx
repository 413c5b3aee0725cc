import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { JsonField } from '../shared/form/JsonField';
import { objectOf } from '../shared/form/json';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import type { JsonObject, Run } from '../shared/types';
import { ActDialog } from '../shared/ui/ActDialog';
import { Choice } from '../shared/ui/Choice';
import { Field, TextInput } from '../shared/ui/Field';
import { pageOf } from '../shared/ui/TextLink';
import { useToast } from '../shared/ui/Toast';
import { cancelRun, deleteRun, retryRun } from './api';
import { actionsOf } from './logic';

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
    <ActDialog
      title="Cancel this run?"
      lead="It stops at once. Calls in flight are aborted and open approvals are withdrawn."
      act="Cancel the run"
      stay="Let it go on"
      icon="stop"
      kind="danger"
      busy={cancel.isPending}
      error={cancel.error}
      onDo={() => cancel.mutate()}
      onClose={onClose}
    >
      <Field label="Reason" hint="Goes into the timeline and the audit log">
        {(tie) => (
          <TextInput {...tie} value={reason} onChange={(e) => setReason(e.target.value)} />
        )}
      </Field>
    </ActDialog>
  );
}

/** Goes on with the same run where it stopped, or makes a new one of it with other inputs. */
export function RetryDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const can = actionsOf(run);
  const [same, setSame] = useState(can.resume);
  const [text, setText] = useState(() => JSON.stringify(run.input_vars ?? {}, null, 2));
  const client = useQueryClient();
  const [, go] = useLocation();
  const inputs = objectOf(text);

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
    <ActDialog
      title="Try again"
      act={same ? 'Go on with this run' : 'Start a new run'}
      icon="retry"
      busy={retry.isPending}
      disabled={!same && inputs === null}
      error={retry.error}
      onDo={() => retry.mutate(same ? null : inputs)}
      onClose={onClose}
    >
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
        <JsonField
          label="Inputs"
          hint="A hidden value that is left as it is keeps its original"
          text={text}
          onText={setText}
          className="h-48"
        />
      )}
    </ActDialog>
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
    <ActDialog
      title="Delete this run?"
      lead="With its timeline, states, approvals and artifacts."
      act="Delete the run"
      stay="Keep it"
      icon="trash"
      kind="danger"
      busy={remove.isPending}
      error={remove.error}
      onDo={() => remove.mutate()}
      onClose={onClose}
    >
      <p className="text-muted">The audit trail keeps who deleted it.</p>
    </ActDialog>
  );
}
