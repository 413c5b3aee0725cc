import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import { SchemaForm } from '../shared/form/SchemaForm';
import { fieldsOf } from '../shared/form/schema';
import { useSchemaForm } from '../shared/form/useSchemaForm';
import { problemOf } from '../shared/problem';
import type { JsonObject } from '../shared/types';
import { ActDialog } from '../shared/ui/ActDialog';
import { tryRun, type Tried } from './api';

interface TryDialogProps {
  id: string;
  version: string;
  doc: JsonObject;
  onRoute: (tried: Tried) => void;
  onClose: () => void;
}

/** Asks for inputs and shows on the canvas which way a run would take. */
export function TryDialog({ id, version, doc, onRoute, onClose }: TryDialogProps) {
  const fields = useMemo(() => fieldsOf(doc.variables_schema).filter((f) => !f.hidden), [doc]);
  const form = useSchemaForm(fields);
  const send = useMutation({
    mutationFn: (inputs: JsonObject) => tryRun(id, version, doc, inputs),
    onError: (error) => form.refuse(problemOf(error).fields),
    onSuccess: (found) => {
      onRoute(found);
      onClose();
    },
  });
  return (
    <ActDialog
      title="Dry run"
      lead="The way that a run with these inputs would take. Nobody is called, nothing is stored."
      act="Show the way"
      icon="play"
      busy={send.isPending}
      error={send.error}
      onDo={() => form.submit(send.mutate)}
      onClose={onClose}
    >
      {fields.length === 0 && <p>It asks for nothing.</p>}
      <SchemaForm state={form} />
    </ActDialog>
  );
}
