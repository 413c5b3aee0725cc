import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { SchemaForm } from '../shared/form/SchemaForm';
import { fieldsOf, initialTexts } from '../shared/form/schema';
import { readForm } from '../shared/form/validate';
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
  const [texts, setTexts] = useState(() => initialTexts(fields));
  const [tried, setTried] = useState(false);
  const { values, errors } = readForm(fields, texts);
  const send = useMutation({
    mutationFn: () => tryRun(id, version, doc, values),
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
      onDo={() => {
        setTried(true);
        if (Object.keys(errors).length === 0) send.mutate();
      }}
      onClose={onClose}
    >
      {fields.length === 0 && <p>It asks for nothing.</p>}
      <SchemaForm
        fields={fields}
        texts={texts}
        onChange={setTexts}
        showAll={tried}
        refused={send.isError ? problemOf(send.error).fields : {}}
      />
    </ActDialog>
  );
}
