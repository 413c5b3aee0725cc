import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { Editor } from '../shared/editor/Editor';
import { remarksOf } from '../shared/editor/remarks';
import { count } from '../shared/format';
import { useSettled } from '../shared/hooks';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import type { JsonObject } from '../shared/types';
import { Button } from '../shared/ui/Button';
import { ErrorNote } from '../shared/ui/Notes';
import { pageOf } from '../shared/ui/TextLink';
import { useToast } from '../shared/ui/Toast';
import { compileDocument, importProcedure, replaceDocument } from './api';
import { Diagnostics } from './Diagnostics';
import { parseDocument } from './logic';
import type { ProcedureDetail } from './types';

interface JsonTabProps {
  procedure: ProcedureDetail;
  etag: string | null;
}

/** The document as text, with what the compiler says of it while it is written. */
export function JsonTab({ procedure: p, etag }: JsonTabProps) {
  const original = useMemo(() => `${JSON.stringify(p.ckp_json, null, 2)}\n`, [p.ckp_json]);
  const [text, setText] = useState(original);
  const settled = useSettled(text, 400);
  const parsed = useMemo(() => parseDocument(settled), [settled]);
  const check = useQuery({
    queryKey: [...keys.procedures, 'compile', settled],
    queryFn: () => compileDocument('document' in parsed ? parsed.document : {}),
    enabled: 'document' in parsed,
    placeholderData: (before) => before,
    staleTime: Infinity,
    gcTime: 10_000,
  });
  const found = useMemo(
    () => (check.data ? [...check.data.errors, ...check.data.warnings] : []),
    [check.data],
  );
  const remarks = useMemo(() => remarksOf(settled, found), [settled, found]);
  const save = useSave(p, etag);
  const changed = text !== original;
  const current = parseDocument(text);
  const wrong = 'wrong' in current ? current.wrong : null;
  const saveAs = versionOf(current);

  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <p role="status" className={`flex-1 ${wrong ? 'text-bad' : 'text-muted'}`}>
          {wrong ?? toldOf(found)}
        </p>
        <Button disabled={!changed} onClick={() => setText(original)}>
          Undo all
        </Button>
        <Button
          kind="primary"
          busy={save.isPending}
          disabled={!changed || wrong !== null}
          onClick={() => 'document' in current && save.mutate(current.document)}
        >
          {saveAs === '' || saveAs === p.version ? 'Save' : `Save as ${saveAs}`}
        </Button>
      </div>
      {save.isError && <ErrorNote title="Not saved" error={save.error} />}
      {save.isError && problemOf(save.error).diagnostics.length > 0 && (
        <Diagnostics list={problemOf(save.error).diagnostics} />
      )}
      <Editor
        name="Document"
        value={text}
        onChange={setText}
        remarks={remarks}
        className="h-[65dvh]"
      />
      {found.length > 0 && <Diagnostics list={found} />}
    </div>
  );
}

function toldOf(found: { severity: string }[]): string {
  const errors = found.filter((d) => d.severity === 'error').length;
  if (errors > 0) return `It does not compile: ${count(errors, 'error')}`;
  return found.length > 0 ? `It compiles, with ${count(found.length, 'remark')}` : 'It compiles';
}

function versionOf(parsed: ReturnType<typeof parseDocument>): string {
  const version = 'document' in parsed ? parsed.document.version : undefined;
  return typeof version === 'string' ? version : '';
}

/* another version in the text is another version of the procedure: it is imported */
function useSave(p: ProcedureDetail, etag: string | null) {
  const client = useQueryClient();
  const toast = useToast();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: (document: JsonObject) =>
      document.version === p.version
        ? replaceDocument(p.procedure_id, p.version, document, etag)
        : importProcedure(document, false),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: keys.procedures });
      toast.say(`Saved ${saved.name} ${saved.version}`);
      go(pageOf('procedures', saved.procedure_id, { version: saved.version, tab: 'json' }));
    },
  });
}
