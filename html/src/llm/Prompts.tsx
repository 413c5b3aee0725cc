import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Member } from '../shared/form/members';
import { http, segment } from '../shared/http';
import type { Json, JsonObject } from '../shared/types';
import { Badge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Field, Select, TextArea } from '../shared/ui/Field';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { ObjectDialog } from '../shared/ui/ObjectDialog';
import { Resource } from '../shared/ui/Resource';
import { Time } from '../shared/ui/Time';
import { useToast } from '../shared/ui/Toast';
import { PromptLabels } from './PromptLabels';

/** api.md 13 */
interface PromptRow {
  name: string;
  latest_version: number;
  active_version: number | null;
  description: string | null;
  tags: string[];
  updated_at: string;
}

interface Prompt {
  name: string;
  version: number;
  template: string;
  system: string | null;
  active: boolean;
}

interface Rendered {
  prompt: string;
  system: string | null;
  missing: string[];
  unused: string[];
}

const text: Member[] = [
  {
    name: 'template',
    label: 'Prompt',
    kind: 'long',
    required: true,
    hint: '{{name}} is a variable',
  },
  { name: 'system', label: 'What the model is told to be', kind: 'long' },
  { name: 'variables', label: 'Variables', kind: 'json', hint: 'A schema, as in procedures' },
  { name: 'model', label: 'Model' },
  { name: 'profile', label: 'Profile' },
  { name: 'description', label: 'Description' },
  { name: 'tags', label: 'Tags', kind: 'list', hint: 'One a line' },
];

export const promptMembers: Member[] = [{ name: 'name', label: 'Name', required: true }, ...text];

export function Prompts() {
  const [open, setOpen] = useState<string | null>(null);
  const list = useQuery({
    queryKey: ['llm', 'prompts'],
    queryFn: () => http.get<PromptRow[]>('/prompts'),
  });
  return (
    <>
      <Resource
        query={list}
        name="Prompts"
        icon="book"
        none={{
          title: 'No prompts yet',
          text: 'A prompt that is kept here has versions; procedures name it and stay as they are.',
        }}
        keyOf={(p) => p.name}
        row={(p) => (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span className="min-w-0 flex-1 basis-60">
              <span className="font-medium break-all">{p.name}</span>
              {p.description && <span className="block text-muted">{p.description}</span>}
            </span>
            <Badge tone="busy">version {p.active_version ?? p.latest_version} in use</Badge>
            <span className="text-muted">
              {p.latest_version} in all, <Time at={p.updated_at} />
            </span>
            <Button size="small" onClick={() => setOpen(p.name)}>
              Open
            </Button>
          </div>
        )}
      />
      {open !== null && <PromptDialog name={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function PromptDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const [version, setVersion] = useState('');
  const [editing, setEditing] = useState(false);
  const [vars, setVars] = useState('{}');
  const client = useQueryClient();
  const toast = useToast();
  const path = `/prompts/${segment(name)}` as const;
  const one = useQuery({
    queryKey: ['llm', 'prompts', name, version],
    queryFn: () => http.get<Prompt>(path, { query: { version } }),
  });
  const versions = useQuery({
    queryKey: ['llm', 'prompts', name, 'versions'],
    queryFn: () => http.get<Prompt[]>(`${path}/versions`),
  });
  const render = useMutation({
    mutationFn: () =>
      http.post<Rendered>(`${path}/render`, {
        variables: JSON.parse(vars) as Json,
        ...(version === '' ? {} : { version: Number(version) }),
      }),
  });
  const activate = useMutation({
    mutationFn: (to: number) => http.post(`${path}/activate`, { version: to }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['llm'] });
      toast.say('This version is in use from now on');
    },
    onError: (error) => toast.fail('Nothing was changed', error),
  });
  if (editing && one.data) {
    return (
      <ObjectDialog
        title={`A new version of ${name}`}
        members={text}
        initial={one.data as unknown as JsonObject}
        act="Make it"
        done="A new version is there"
        spoils={['llm']}
        onSend={(body) => http.put(path, { ...rest(one.data), ...body })}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog
      wide
      title={name}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          {one.data && !one.data.active && (
            <Button
              busy={activate.isPending}
              onClick={() => one.data && activate.mutate(one.data.version)}
            >
              Use version {one.data.version}
            </Button>
          )}
          <Button icon="edit" disabled={!one.data} onClick={() => setEditing(true)}>
            New version
          </Button>
          <Button
            kind="primary"
            icon="play"
            busy={render.isPending}
            onClick={() => render.mutate()}
          >
            Render
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Version">
          {(tie) => (
            <Select {...tie} value={version} onChange={(e) => setVersion(e.target.value)}>
              <option value="">The one in use</option>
              {(versions.data ?? []).map((v) => (
                <option key={v.version} value={v.version}>
                  {v.version}
                  {v.active ? ' (in use)' : ''}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {one.data && <PromptLabels name={name} version={one.data.version} />}
        {one.isError && <ErrorNote error={one.error} />}
        {one.isPending && <Loading lines={2} />}
        {one.data?.system && <Text name="What the model is told to be" text={one.data.system} />}
        {one.data && <Text name="Prompt" text={one.data.template} />}
        <Field label="Variables to render it with">
          {(tie) => (
            <TextArea
              {...tie}
              value={vars}
              onChange={(e) => setVars(e.target.value)}
              className="font-mono text-[0.8125rem]"
            />
          )}
        </Field>
        {render.isError && <ErrorNote error={render.error} />}
        {render.data && (
          <>
            <Text name="Rendered" text={render.data.prompt} />
            {render.data.missing.length > 0 && (
              <p className="text-wait">Missing: {render.data.missing.join(', ')}</p>
            )}
            {render.data.unused.length > 0 && (
              <p className="text-muted">Not read: {render.data.unused.join(', ')}</p>
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}

/* a version is whole: what is not sent is not in it */
function rest(prompt: Prompt): JsonObject {
  const whole = { ...prompt } as unknown as JsonObject;
  for (const name of ['name', 'version', 'active', 'created_by', 'created_at', 'updated_at']) {
    delete whole[name];
  }
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null));
}

function Text({ name, text: value }: { name: string; text: string }) {
  return (
    <div>
      <p className="mb-1 font-medium">{name}</p>
      <pre
        tabIndex={0}
        role="region"
        aria-label={name}
        className="
          max-h-60 overflow-auto rounded-lg border border-line bg-sunken p-3 text-[0.8125rem]
          break-words whitespace-pre-wrap
        "
      >
        {value}
      </pre>
    </div>
  );
}
