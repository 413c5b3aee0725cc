import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { SchemaForm } from '../shared/form/SchemaForm';
import { fieldsOf, type Field } from '../shared/form/schema';
import { useSchemaForm } from '../shared/form/useSchemaForm';
import { useBodyKey } from '../shared/hooks';
import { http, segment } from '../shared/http';
import { problemOf } from '../shared/problem';
import type { JsonObject } from '../shared/types';
import { Button } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { pageOf } from '../shared/ui/TextLink';
import { fire } from './api';
import type { Trigger } from './types';

/** Asks for the inputs that a run by hand needs and that the trigger does not have. */
export function FireDialog({ trigger: t, onClose }: { trigger: Trigger; onClose: () => void }) {
  const path = `/procedures/${segment(t.procedure_id)}/${segment(t.version)}` as const;
  const found = useQuery({
    queryKey: ['triggers', 'inputs of', t.procedure_id, t.version],
    queryFn: () => http.get<{ ckp_json: { variables_schema?: unknown } }>(path),
  });
  const fields = found.data && fieldsOf(found.data.ckp_json.variables_schema);
  return (
    <Dialog
      title={`Fire ${t.procedure_id}`}
      lead="It needs inputs that the trigger does not have by itself."
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button kind="primary" icon="bolt" type="submit" form="fire" disabled={!fields}>
            Fire
          </Button>
        </>
      }
    >
      {found.isError && <ErrorNote error={found.error} />}
      {fields ? <Form trigger={t} fields={asked(fields)} /> : <Loading />}
    </Dialog>
  );
}

/* what a run needs may come from the trigger itself: only the server knows what is lacking */
function asked(fields: Field[]): Field[] {
  return fields.filter((f) => !f.hidden).map((f) => ({ ...f, required: false }));
}

function Form({ trigger, fields }: { trigger: Trigger; fields: Field[] }) {
  const form = useSchemaForm(fields);
  const keyFor = useBodyKey();
  const client = useQueryClient();
  const [, go] = useLocation();
  const send = useMutation({
    mutationFn: (inputs: JsonObject) => fire(trigger, inputs, keyFor(inputs)),
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: ['triggers'] });
      go(pageOf('runs', run.run_id));
    },
    onError: (error) => form.refuse(problemOf(error).fields),
  });
  return (
    <form
      id="fire"
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        form.submit(send.mutate);
      }}
    >
      {send.isError && <ErrorNote title="No run was started" error={send.error} />}
      <SchemaForm state={form} />
    </form>
  );
}
