import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Member } from '../shared/form/members';
import { duration, words } from '../shared/format';
import { http, segment } from '../shared/http';
import type { JsonObject } from '../shared/types';
import { Badge, toneOf } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { ConfirmDialog } from '../shared/ui/ConfirmDialog';
import { ObjectDialog } from '../shared/ui/ObjectDialog';
import { Resource } from '../shared/ui/Resource';
import { useToast } from '../shared/ui/Toast';

/** api.md 13 */
interface Profile {
  name: string;
  description: string | null;
  model: string;
  provider: string;
  base_url: string | null;
  api_version: string | null;
  fallbacks: string[];
  enabled: boolean;
  is_default: boolean;
  circuit_state: string;
}

interface Tested {
  ok: boolean;
  response: string | null;
  latency_ms: number | null;
  error: string | null;
}

export const profileMembers: Member[] = [
  { name: 'name', label: 'Name', required: true },
  { name: 'model', label: 'Model', required: true, hint: 'Of Azure: the deployment' },
  {
    name: 'provider',
    label: 'Who is asked',
    kind: 'choice',
    required: true,
    choices: ['openai_compatible', 'openai', 'anthropic', 'azure_openai', 'azure', 'ollama'],
  },
  { name: 'base_url', label: 'Address', hint: 'Without it that of the site' },
  {
    name: 'api_version',
    label: 'Version of the interface',
    hint: 'Of Azure: 2024-10-21 unless it is said here',
  },
  { name: 'secret_name', label: 'Secret', hint: 'The name of the secret with its key' },
  { name: 'description', label: 'Description' },
  { name: 'temperature', label: 'Temperature', kind: 'number' },
  { name: 'max_tokens', label: 'Longest answer', kind: 'number', hint: 'Tokens' },
  { name: 'fallbacks', label: 'When it fails', kind: 'list', hint: 'Other profiles, one a line' },
  {
    name: 'stream',
    label: 'Show answers while they come',
    kind: 'check',
    hint: 'To whoever watches the run',
  },
  { name: 'enabled', label: 'Enabled', kind: 'check' },
  { name: 'is_default', label: 'The default', kind: 'check' },
  {
    name: 'task_classes',
    label: 'Kinds of tasks',
    kind: 'list',
    more: true,
    hint: 'One a line; questions of such a kind come to it',
  },
  { name: 'top_p', label: 'Top p', kind: 'number', more: true, hint: '0 to 1' },
  { name: 'stop', label: 'Texts that end it', kind: 'list', more: true, hint: 'One a line' },
  { name: 'timeout_ms', label: 'Time limit', kind: 'number', more: true, hint: 'Milliseconds' },
  {
    name: 'max_retries',
    label: 'Tries again',
    kind: 'number',
    more: true,
    hint: 'Empty: as often as the procedure says',
  },
  {
    name: 'cost_per_1k',
    label: 'Cost of 1000 tokens',
    kind: 'json',
    more: true,
    hint: '{ "prompt", "completion" } in dollars',
  },
  {
    name: 'budget_usd_per_run',
    label: 'Dollars for a run',
    kind: 'number',
    more: true,
    hint: 'What a run may spend by this profile',
  },
  {
    name: 'max_cost_usd_per_call',
    label: 'Dollars for a call',
    kind: 'number',
    more: true,
    hint: 'What one question may cost',
  },
  {
    name: 'min_quality',
    label: 'Least quality',
    kind: 'number',
    more: true,
    hint: '0 to 1; an answer that is worth less goes to the next profile',
  },
  {
    name: 'json_schema',
    label: 'Schema of the answer',
    kind: 'json',
    more: true,
    hint: 'A JSON Schema',
  },
  {
    name: 'extra_headers',
    label: 'Further headers',
    kind: 'json',
    more: true,
    hint: 'Shown as ***REDACTED***, which leaves them as they are; a key belongs into the secret',
  },
];

type Open = { what: 'edit' | 'delete'; profile: Profile };

export function Profiles() {
  const [open, setOpen] = useState<Open | null>(null);
  const list = useQuery({
    queryKey: ['llm', 'profiles'],
    queryFn: () => http.get<Profile[]>('/llm/profiles'),
  });
  const path = `/llm/profiles/${segment(open?.profile.name ?? '')}` as const;
  return (
    <>
      <Resource
        query={list}
        name="Profiles"
        icon="chat"
        none={{
          title: 'No profiles yet',
          text: 'A profile names a model, its address, its key and its limits for procedures.',
        }}
        keyOf={(p) => p.name}
        row={(p) => (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span className="min-w-0 flex-1 basis-60">
              <span className="font-medium">{p.name}</span>{' '}
              <code className="text-muted">{p.model}</code>
              <span className="block break-words text-faint">
                {[
                  p.description,
                  words(p.provider),
                  p.base_url,
                  p.api_version,
                  p.fallbacks?.length > 0 && `then ${p.fallbacks.join(', ')}`,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </span>
            {p.is_default && <Badge tone="busy">default</Badge>}
            {!p.enabled && <Badge>disabled</Badge>}
            <Badge tone={toneOf(p.circuit_state)}>
              circuit {words(p.circuit_state).toLowerCase()}
            </Badge>
            <Test name={p.name} />
            <span className="flex">
              <IconButton
                icon="edit"
                name={`Edit ${p.name}`}
                onClick={() => setOpen({ what: 'edit', profile: p })}
              />
              <IconButton
                icon="trash"
                name={`Delete ${p.name}`}
                onClick={() => setOpen({ what: 'delete', profile: p })}
              />
            </span>
          </div>
        )}
      />
      {open?.what === 'edit' && (
        <ObjectDialog
          title={`Edit ${open.profile.name}`}
          members={profileMembers.filter((m) => m.name !== 'name')}
          initial={open.profile as unknown as JsonObject}
          act="Save"
          done="Saved"
          spoils={['llm']}
          onSend={(body) => http.put(path, body)}
          onClose={() => setOpen(null)}
        />
      )}
      {open?.what === 'delete' && (
        <ConfirmDialog
          title={`Delete ${open.profile.name}?`}
          lead="Questions that name it fail from then on."
          act="Delete"
          done="The profile is deleted"
          spoils={['llm']}
          onDo={() => http.delete(path)}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

function Test({ name }: { name: string }) {
  const toast = useToast();
  const test = useMutation({
    mutationFn: () => http.post<Tested>(`/llm/profiles/${segment(name)}/test`),
    onSuccess: (t) =>
      toast.say(
        t.ok ? `${name} answered in ${duration(t.latency_ms)}` : `${name} did not answer`,
        t.ok ? 'ok' : 'bad',
        t.ok ? t.response : t.error,
      ),
    onError: (error) => toast.fail(`${name} was not tested`, error),
  });
  return (
    <Button size="small" icon="play" busy={test.isPending} onClick={() => test.mutate()}>
      Test
    </Button>
  );
}
