import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { duration } from '../shared/format';
import { http, segment } from '../shared/http';
import type { JsonObject } from '../shared/types';
import { Badge, StatusBadge } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { ConfirmDialog } from '../shared/ui/ConfirmDialog';
import { ObjectDialog, type Member } from '../shared/ui/ObjectDialog';
import { Resource } from '../shared/ui/Resource';
import { useToast } from '../shared/ui/Toast';

/** api.md 13 */
interface Profile {
  name: string;
  description: string | null;
  model: string;
  base_url: string | null;
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
  { name: 'model', label: 'Model', required: true },
  { name: 'base_url', label: 'Address', hint: 'Without it that of the site' },
  { name: 'secret_name', label: 'Secret', hint: 'The name of the secret with its key' },
  { name: 'description', label: 'Description' },
  { name: 'temperature', label: 'Temperature', kind: 'number' },
  { name: 'max_tokens', label: 'Longest answer', kind: 'number', hint: 'Tokens' },
  { name: 'timeout_ms', label: 'Time limit', kind: 'number', hint: 'Milliseconds' },
  { name: 'fallbacks', label: 'When it fails', kind: 'list', hint: 'Other profiles, one a line' },
  {
    name: 'cost_per_1k',
    label: 'Cost of 1000 tokens',
    kind: 'json',
    hint: '{ "prompt", "completion" } in dollars',
  },
  { name: 'enabled', label: 'Enabled', kind: 'check' },
  { name: 'is_default', label: 'The default', kind: 'check' },
];

type Open = { what: 'edit' | 'delete'; profile: Profile };

export function Profiles() {
  const [open, setOpen] = useState<Open | null>(null);
  const list = useQuery({
    queryKey: ['llm', 'profiles'],
    queryFn: () => http.get<Profile[]>('/llm/profiles'),
  });
  const path = open ? `/llm/profiles/${segment(open.profile.name)}` : '';
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
                  p.base_url,
                  p.fallbacks?.length > 0 && `then ${p.fallbacks.join(', ')}`,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </span>
            {p.is_default && <Badge tone="busy">default</Badge>}
            {!p.enabled && <Badge>disabled</Badge>}
            {p.circuit_state !== 'closed' && <StatusBadge status={p.circuit_state} />}
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
