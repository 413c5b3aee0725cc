import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { SchemaForm } from '../shared/form/SchemaForm';
import { fieldsOf, initialTexts, type Field } from '../shared/form/schema';
import { readForm } from '../shared/form/validate';
import { http, newKey, segment } from '../shared/http';
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
  const path = `/procedures/${segment(t.procedure_id)}/${segment(t.version)}`;
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
      {fields ? <Form trigger={t} fields={fields.filter((f) => !f.hidden)} /> : <Loading />}
    </Dialog>
  );
}

function Form({ trigger, fields }: { trigger: Trigger; fields: Field[] }) {
  const [texts, setTexts] = useState(() => initialTexts(fields));
  const [key, setKey] = useState(newKey);
  const client = useQueryClient();
  const [, go] = useLocation();
  const { values } = readForm(fields, texts);
  const send = useMutation({
    mutationFn: (inputs: JsonObject) => fire(trigger, inputs, key),
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: ['triggers'] });
      go(pageOf('runs', run.run_id));
    },
  });
  const refused = send.isError ? problemOf(send.error).fields : {};
  return (
    <form
      id="fire"
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate(values);
      }}
    >
      {send.isError && <ErrorNote title="No run was started" error={send.error} />}
      <SchemaForm
        fields={fields}
        texts={texts}
        showAll={send.isError}
        refused={refused}
        onChange={(next) => {
          setTexts(next);
          setKey(newKey());
          send.reset();
        }}
      />
    </form>
  );
}
