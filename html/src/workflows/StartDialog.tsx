import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Field, TextArea, TextInput } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { startGraph, startList } from './api';
import { objectOf } from '../shared/form/json';

interface StartDialogProps {
  id: string;
  graph: boolean;
  onStarted: (run: string) => void;
  onClose: () => void;
}

/** Asks what a run of a graph is given, or which order a list moves. */
export function StartDialog({ id, graph, onStarted, onClose }: StartDialogProps) {
  const [text, setText] = useState(graph ? '{}' : '');
  const client = useQueryClient();
  const inputs = graph ? objectOf(text) : {};
  const send = useMutation({
    mutationFn: async () =>
      graph ? (await startGraph(id, inputs ?? {})).run_id : (await startList(id, text.trim())).id,
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: ['workflows'] });
      onStarted(run);
      onClose();
    },
  });
  return (
    <Dialog
      title="Start a run"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button
            kind="primary"
            icon="runs"
            busy={send.isPending}
            disabled={inputs === null}
            onClick={() => send.mutate()}
          >
            Start
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {send.isError && <ErrorNote title="No run was started" error={send.error} />}
        {graph ? (
          <Field label="Inputs" error={inputs === null ? 'This is not a JSON object' : null}>
            {(tie) => (
              <TextArea
                {...tie}
                value={text}
                onChange={(e) => setText(e.target.value)}
                className="font-mono text-[0.8125rem]"
              />
            )}
          </Field>
        ) : (
          <Field label="Order" hint="The id of the order that it moves; empty: none">
            {(tie) => <TextInput {...tie} value={text} onChange={(e) => setText(e.target.value)} />}
          </Field>
        )}
      </div>
    </Dialog>
  );
}
