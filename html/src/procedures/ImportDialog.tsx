import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { count } from '../shared/format';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import type { Diagnostic } from '../shared/types';
import { Button } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Field, Select, TextArea } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { pageOf } from '../shared/ui/TextLink';
import { useToast } from '../shared/ui/Toast';
import { compileDocument, importProcedure, listProjects } from './api';
import { Diagnostics } from './Diagnostics';
import { parseDocument } from './logic';

/** Takes a document by paste, file or drop; checks it if asked; imports it. */
export function ImportDialog({ initial, onClose }: { initial: string; onClose: () => void }) {
  const [text, setText] = useState(initial);
  const [tried, setTried] = useState(initial !== '');
  const [project, setProject] = useState('');
  const file = useRef<HTMLInputElement>(null);
  const parsed = parseDocument(text);
  const wrong = 'wrong' in parsed ? parsed.wrong : null;

  const { check, take, forget } = useImport(onClose);
  const write = (next: string) => {
    setText(next);
    forget();
  };
  const send = (replace: boolean) => {
    setTried(true);
    if ('document' in parsed) take.mutate({ document: parsed.document, replace, project });
  };
  const exists = take.isError && problemOf(take.error).status === 409;

  return (
    <Dialog
      wide
      title="Import a procedure"
      lead="Paste a document, choose a file, or drop one here."
      onClose={onClose}
      actions={
        <>
          <Button icon="import" onClick={() => file.current?.click()}>
            Choose file
          </Button>
          <span className="flex-1" />
          <Button
            busy={check.isPending}
            onClick={() => {
              setTried(true);
              if ('document' in parsed) check.mutate(parsed.document);
            }}
          >
            Check
          </Button>
          {exists ? (
            <Button kind="danger" busy={take.isPending} onClick={() => send(true)}>
              Replace it
            </Button>
          ) : (
            <Button kind="primary" busy={take.isPending} onClick={() => send(false)}>
              Import
            </Button>
          )}
        </>
      }
    >
      <div
        className="flex flex-col gap-4"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          const dropped = event.dataTransfer.files[0];
          if (!dropped) return;
          event.preventDefault();
          event.stopPropagation();
          void dropped.text().then(write);
        }}
      >
        <input
          ref={file}
          type="file"
          accept=".json,application/json"
          aria-label="Document file"
          className="hidden"
          onChange={(event) => void event.target.files?.[0]?.text().then(write)}
        />
        <Field label="Document" error={tried ? wrong : null}>
          {(tie) => (
            <TextArea
              {...tie}
              value={text}
              onChange={(event) => write(event.target.value)}
              onBlur={() => setTried(text !== '')}
              placeholder='{ "procedure_id": "…", "version": "1.0.0", "workflow_graph": { … } }'
              className="h-72 font-mono text-[0.8125rem]"
            />
          )}
        </Field>
        <ProjectField project={project} onProject={setProject} />
        <Outcome check={check.data?.valid} found={foundBy(check.data, take.error)} />
        {check.isError && <ErrorNote title="The check failed" error={check.error} />}
        {take.isError && <ErrorNote title="Not imported" error={take.error} />}
      </div>
    </Dialog>
  );
}

interface ProjectFieldProps {
  project: string;
  onProject: (project: string) => void;
}

/** Where there are projects, to which of them it is to belong. */
function ProjectField({ project, onProject }: ProjectFieldProps) {
  const { data: all = [] } = useQuery({ queryKey: ['projects'], queryFn: listProjects });
  if (all.length === 0) return null;
  return (
    <Field label="Project">
      {(tie) => (
        <Select {...tie} value={project} onChange={(event) => onProject(event.target.value)}>
          <option value="">As the document says</option>
          {all.map((p) => (
            <option key={p.project_id} value={p.project_id}>
              {p.name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function useImport(onClose: () => void) {
  const client = useQueryClient();
  const toast = useToast();
  const [, go] = useLocation();
  const check = useMutation({ mutationFn: compileDocument });
  const take = useMutation({
    mutationFn: ({
      document,
      replace,
      project,
    }: {
      document: Parameters<typeof compileDocument>[0];
      replace: boolean;
      project: string;
    }) => importProcedure(document, replace, project),
    onSuccess: (imported) => {
      void client.invalidateQueries({ queryKey: keys.procedures });
      const found = imported.diagnostics?.filter((d) => d.severity !== 'info').length ?? 0;
      const detail = found > 0 ? `The compiler has ${count(found, 'remark')}` : null;
      toast.say(`Imported ${imported.name} ${imported.version}`, found > 0 ? 'wait' : 'ok', detail);
      onClose();
      const tab: Record<string, string> = found > 0 ? { tab: 'check' } : {};
      go(pageOf('procedures', imported.procedure_id, { version: imported.version, ...tab }));
    },
  });
  return {
    check,
    take,
    forget: () => {
      check.reset();
      take.reset();
    },
  };
}

function foundBy(
  checked: { errors: Diagnostic[]; warnings: Diagnostic[] } | undefined,
  refused: unknown,
): Diagnostic[] {
  if (refused) return problemOf(refused).diagnostics;
  return checked ? [...checked.errors, ...checked.warnings] : [];
}

function Outcome({ check, found }: { check: boolean | undefined; found: Diagnostic[] }) {
  return (
    <div aria-live="polite" className="contents">
      {check === true && (
        <p className="rounded-lg bg-ok-soft px-4 py-3 font-medium text-ok">
          It compiles{found.length > 0 ? ', with remarks' : ' without remarks'}
        </p>
      )}
      {check === false && (
        <p className="rounded-lg bg-bad-soft px-4 py-3 font-medium text-bad">It does not compile</p>
      )}
      {found.length > 0 && <Diagnostics list={found} />}
    </div>
  );
}
