import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { count } from '../shared/format';
import { keys } from '../shared/query';
import type { Diagnostic, JsonObject } from '../shared/types';
import { Button } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Field, TextInput } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { pageOf } from '../shared/ui/TextLink';
import { useToast } from '../shared/ui/Toast';
import { dropDraft, importNew, replace } from './api';
import { keepNew } from './fresh';

interface PublishDialogProps {
  doc: JsonObject;
  /** What it was made from; null when it is new. */
  from: { id: string; version: string; etag: string | null } | null;
  found: readonly Diagnostic[];
  onClose: () => void;
}

/** Stores the document: as the version that it was, or as another one. */
export function PublishDialog({ doc, from, found, onClose }: PublishDialogProps) {
  const [id, setId] = useState(String(doc.procedure_id ?? ''));
  const [version, setVersion] = useState(String(doc.version ?? ''));
  const client = useQueryClient();
  const toast = useToast();
  const [, go] = useLocation();
  const errors = found.filter((d) => d.severity === 'error').length;
  const same = from !== null && from.id === id && from.version === version;

  const send = useMutation({
    mutationFn: async () => {
      const document = { ...doc, procedure_id: id.trim(), version: version.trim() };
      const stored = same
        ? await replace(id, version, document, from.etag)
        : await importNew(document);
      if (from === null) keepNew(null);
      else await dropDraft(from.id, from.version).catch(() => undefined);
      return stored;
    },
    onSuccess: (stored) => {
      void client.invalidateQueries({ queryKey: keys.procedures });
      toast.say(`Published ${stored.name} ${stored.version}`);
      go(pageOf('procedures', stored.procedure_id, { version: stored.version }));
    },
  });
  return (
    <Dialog
      title="Publish"
      lead={
        same
          ? 'This replaces the version. Runs that go on keep the document that they began with.'
          : 'It becomes a version of its own.'
      }
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button
            kind={same ? 'danger' : 'primary'}
            icon="upload"
            type="submit"
            form="publish"
            busy={send.isPending}
          >
            {same ? `Replace ${version}` : 'Publish'}
          </Button>
        </>
      }
    >
      <form
        id="publish"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate();
        }}
      >
        {send.isError && <ErrorNote title="Not published" error={send.error} />}
        {errors > 0 && (
          <p className="rounded-lg bg-wait-soft px-4 py-3 text-wait">
            It does not compile ({count(errors, 'error')}): it is stored, and starts no run.
          </p>
        )}
        <Field label="Procedure id" required>
          {(tie) => <TextInput {...tie} value={id} onChange={(e) => setId(e.target.value)} />}
        </Field>
        <Field label="Version" required>
          {(tie) => (
            <TextInput {...tie} value={version} onChange={(e) => setVersion(e.target.value)} />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
