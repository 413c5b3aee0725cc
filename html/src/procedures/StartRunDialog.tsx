import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { SchemaForm } from '../shared/form/SchemaForm';
import { fieldsOf, initialTexts } from '../shared/form/schema';
import { readForm } from '../shared/form/validate';
import { newKey } from '../shared/http';
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
  const [texts, setTexts] = useState(() => initialTexts(fields));
  const [tried, setTried] = useState(false);
  const [dry, setDry] = useState(false);
  const client = useQueryClient();
  const { values, errors } = readForm(fields, texts);

  /* one key per set of inputs: pressing again after a lost answer must not start a second run */
  const [key, setKey] = useState(newKey);
  const start = useMutation({
    mutationFn: (inputs: JsonObject) =>
      startRun(procedure.procedure_id, procedure.version, inputs, key, dry ? 'dry_run' : ''),
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: keys.runs });
      onStarted(run);
    },
  });
  const refused = start.isError ? problemOf(start.error) : null;

  /* a refusal that names only fields of the form is shown at those fields */
  const named = Object.keys(refused?.fields ?? {});
  const toldBelow = named.length > 0 && named.every((n) => fields.some((f) => f.name === n));

  const change = (next: Record<string, string>) => {
    setTexts(next);
    setKey(newKey());
    start.reset();
  };
  const submit = () => {
    setTried(true);
    const wrong = fields.find((f) => errors[f.name] !== undefined);
    if (wrong) document.getElementsByName(wrong.name)[0]?.focus();
    else start.mutate(values);
  };

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
      onDo={submit}
      onClose={onClose}
    >
      {refused && refused.diagnostics.length > 0 && <Diagnostics list={refused.diagnostics} />}
      <SchemaForm
        fields={fields}
        texts={texts}
        showAll={tried}
        refused={refused?.fields ?? {}}
        onChange={change}
      />
      {fields.length > 0 && (
        <InputSets
          procedureId={procedure.procedure_id}
          fields={fields}
          texts={texts}
          onUse={change}
        />
      )}
      <label className="flex items-center gap-2.5">
        <input
          type="checkbox"
          checked={dry}
          onChange={(e) => {
            setDry(e.target.checked);
            setKey(newKey());
          }}
          className="size-4"
        />
        Dry run: nobody is called and nothing is changed
      </label>
    </ActDialog>
  );
}
