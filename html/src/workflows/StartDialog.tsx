import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { JsonField } from '../shared/form/JsonField';
import { objectOf } from '../shared/form/json';
import { ActDialog } from '../shared/ui/ActDialog';
import { Field, TextInput } from '../shared/ui/Field';
import { startGraph, startList } from './api';

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
    <ActDialog
      title="Start a run"
      act="Start"
      icon="runs"
      busy={send.isPending}
      disabled={inputs === null}
      error={send.error}
      failed="No run was started"
      onDo={() => send.mutate()}
      onClose={onClose}
    >
      {graph ? (
        <JsonField label="Inputs" text={text} onText={setText} />
      ) : (
        <Field label="Order" hint="The id of the order that it moves; empty: none">
          {(tie) => <TextInput {...tie} value={text} onChange={(e) => setText(e.target.value)} />}
        </Field>
      )}
    </ActDialog>
  );
}
