import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { JsonField } from '../shared/form/JsonField';
import { objectOf } from '../shared/form/json';
import { count } from '../shared/format';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import type { JsonObject, Run } from '../shared/types';
import { ActDialog } from '../shared/ui/ActDialog';
import { Choice } from '../shared/ui/Choice';
import { Field, Select } from '../shared/ui/Field';
import { pageOf } from '../shared/ui/TextLink';
import { useToast } from '../shared/ui/Toast';
import { replayRun, resumeRun } from './api';
import { changedVars } from './logic';
import type { Point } from './types';

interface PointDialogProps {
  run: Run;
  checkpoint: { id: string; name: string };
  vars: JsonObject;
  /** The nodes of the graph: where it may go on. */
  nodes: string[];
  onClose: () => void;
}

/** Goes on from a state that was kept: this run set back to it, or another run that begins so. */
export function PointDialog({ run, checkpoint, vars, nodes, onClose }: PointDialogProps) {
  const mayGoBack = run.status === 'failed' || run.status === 'paused';
  const [back, setBack] = useState(mayGoBack);
  const [text, setText] = useState(() => JSON.stringify(vars, null, 2));
  const [node, setNode] = useState('');
  const [mode, setMode] = useState('');
  const client = useQueryClient();
  const [, go] = useLocation();
  const toast = useToast();
  const wanted = objectOf(text);
  const changed = wanted ? changedVars(vars, wanted) : {};
  const n = Object.keys(changed).length;

  const send = useMutation({
    mutationFn: () => {
      const point: Point = { checkpoint_id: checkpoint.id };
      if (node !== '') point.from_node = node;
      if (n > 0) point.input_vars = changed;
      if (!back && mode !== '') point.execution_mode = mode;
      return back ? resumeRun(run.run_id, point) : replayRun(run.run_id, point);
    },
    onSuccess: (next) => {
      void client.invalidateQueries({ queryKey: keys.runs });
      toast.say(back ? 'The run was set back and goes on' : 'Another run began with this state');
      onClose();
      go(pageOf('runs', next.run_id));
    },
  });
  const fields = Object.entries(send.isError ? problemOf(send.error).fields : {});

  return (
    <ActDialog
      wide
      title="Go on from here"
      lead={`The state that was kept at ${checkpoint.name}`}
      act={back ? 'Set this run back' : 'Start another run'}
      icon={back ? 'history' : 'fork'}
      busy={send.isPending}
      disabled={wanted === null}
      error={send.error}
      onDo={() => send.mutate()}
      onClose={onClose}
    >
      {fields.map(([name, sentence]) => (
        <p key={name} className="text-bad">
          <code>{name}</code>: {sentence}
        </p>
      ))}
      <fieldset className="flex flex-col gap-2">
        <legend className="sr-only">How</legend>
        {mayGoBack && (
          <Choice checked={back} onChoose={() => setBack(true)} title="Set this run back">
            The same run goes on from this state. What comes after it is done again.
          </Choice>
        )}
        <Choice checked={!back} onChoose={() => setBack(false)} title="Start another run">
          It begins with this state. This run stays as it is.
        </Choice>
      </fieldset>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Next node" hint="Where it goes on">
          {(tie) => (
            <Select {...tie} value={node} onChange={(e) => setNode(e.target.value)}>
              <option value="">As the state says</option>
              {nodes.map((id) => (
                <option key={id}>{id}</option>
              ))}
            </Select>
          )}
        </Field>
        {!back && (
          <Field label="Mode" hint="A dry run calls nobody">
            {(tie) => (
              <Select {...tie} value={mode} onChange={(e) => setMode(e.target.value)}>
                <option value="">As this run: {run.execution_mode}</option>
                <option value="production">production</option>
                <option value="dry_run">dry_run</option>
              </Select>
            )}
          </Field>
        )}
      </div>
      <JsonField
        label="Variables"
        hint={
          n === 0
            ? 'Change the values that should be others; hidden ones stay when left as they are'
            : `${count(n, 'variable')} changed: ${Object.keys(changed).join(', ')}`
        }
        text={text}
        onText={setText}
        className="h-72"
      />
    </ActDialog>
  );
}
