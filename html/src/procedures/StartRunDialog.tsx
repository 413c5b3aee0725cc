import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { SchemaForm } from '../shared/form/SchemaForm';
import { fieldsOf } from '../shared/form/schema';
import { useSchemaForm } from '../shared/form/useSchemaForm';
import { useBodyKey } from '../shared/hooks';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import type { JsonObject, Run } from '../shared/types';
import { ActDialog } from '../shared/ui/ActDialog';
import { startRun } from './api';
import { Diagnostics } from './Diagnostics';
import { InputSets } from './InputSets';
import type { ProcedureDetail } from './types';

interface StartRunDialogProps {
  procedure: ProcedureDetail;
  onClose: () => void;
  onStarted: (run: Run) => void;
}

/** Asks for the inputs that the procedure declares, and starts a run with them. */
export function StartRunDialog({ procedure, onClose, onStarted }: StartRunDialogProps) {
  const fields = useMemo(
    () => fieldsOf(procedure.ckp_json.variables_schema).filter((f) => !f.hidden),
    [procedure],
  );
  const form = useSchemaForm(fields);
  const [dry, setDry] = useState(false);
  const client = useQueryClient();
  const keyFor = useBodyKey();
  const start = useMutation({
    mutationFn: (inputs: JsonObject) => {
      const { procedure_id: id, version } = procedure;
      return startRun(id, version, inputs, keyFor([inputs, dry]), dry ? 'dry_run' : '');
    },
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: keys.runs });
      onStarted(run);
    },
    onError: (error) => form.refuse(problemOf(error).fields),
  });
  const refused = start.isError ? problemOf(start.error) : null;

  /* a refusal that names only fields of the form is shown at those fields */
  const named = Object.keys(refused?.fields ?? {});
  const toldBelow = named.length > 0 && named.every((n) => fields.some((f) => f.name === n));

  return (
    <ActDialog
      title={`Run ${procedure.name}`}
      lead={
        fields.length > 0
          ? `Version ${procedure.version}`
          : 'It asks for nothing; it can start at once.'
      }
      act="Start"
      icon="runs"
      busy={start.isPending}
      error={toldBelow ? null : start.error}
      failed="No run was started"
      onDo={() => form.submit(start.mutate)}
      onClose={onClose}
    >
      {refused && refused.diagnostics.length > 0 && <Diagnostics list={refused.diagnostics} />}
      <SchemaForm state={form} />
      {fields.length > 0 && <InputSets procedureId={procedure.procedure_id} form={form} />}
      <label className="flex items-center gap-2.5">
        <input
          type="checkbox"
          checked={dry}
          onChange={(e) => setDry(e.target.checked)}
          className="size-4"
        />
        Dry run: nobody is called and nothing is changed
      </label>
    </ActDialog>
  );
}
