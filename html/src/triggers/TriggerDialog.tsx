import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { exactTime } from '../shared/format';
import { useSettled } from '../shared/hooks';
import { http } from '../shared/http';
import { apiHref } from '../shared/mount';
import { problemOf } from '../shared/problem';
import { Button } from '../shared/ui/Button';
import { CopyButton } from '../shared/ui/CopyButton';
import { Dialog } from '../shared/ui/Dialog';
import { Field, Select, TextInput } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { useToast } from '../shared/ui/Toast';
import { pathOf } from './api';
import type { Trigger } from './types';

const types = ['scheduled', 'webhook', 'file_watch', 'event'];

type Texts = Record<
  | 'procedure_id'
  | 'version'
  | 'trigger_type'
  | 'schedule'
  | 'timezone'
  | 'webhook_secret'
  | 'event_source'
  | 'dedupe_window_seconds'
  | 'max_concurrent_runs',
  string
>;

export function TriggerDialog({
  trigger,
  onClose,
}: {
  trigger: Trigger | null;
  onClose: () => void;
}) {
  const [texts, setTexts] = useState<Texts>(() => ({
    procedure_id: trigger?.procedure_id ?? '',
    version: trigger?.version ?? '',
    trigger_type: trigger?.trigger_type ?? 'scheduled',
    schedule: trigger?.schedule ?? '0 6 * * 1-5',
    timezone: trigger?.timezone ?? 'UTC',
    webhook_secret: trigger?.webhook_secret ?? '',
    event_source: trigger?.event_source ?? '',
    dedupe_window_seconds: String(trigger?.dedupe_window_seconds ?? 0),
    max_concurrent_runs: trigger?.max_concurrent_runs?.toString() ?? '',
  }));
  const [enabled, setEnabled] = useState(trigger?.enabled ?? true);
  const client = useQueryClient();
  const toast = useToast();
  const type = texts.trigger_type;
  const send = useMutation({
    mutationFn: () => http.post(pathOf(texts), bodyOf(texts, enabled)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['triggers'] });
      toast.say('The trigger is set');
      onClose();
    },
  });
  const refused = send.isError ? problemOf(send.error).fields : {};
  const field = (name: keyof Texts, label: string, hint = '') => (
    <Field label={label} hint={hint} error={refused[name] ?? null}>
      {(tie) => (
        <TextInput
          {...tie}
          value={texts[name]}
          disabled={trigger !== null && (name === 'procedure_id' || name === 'version')}
          onChange={(e) => setTexts({ ...texts, [name]: e.target.value })}
        />
      )}
    </Field>
  );
  return (
    <Dialog
      title={trigger ? 'Change the trigger' : 'New trigger'}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button
            kind="primary"
            busy={send.isPending}
            disabled={texts.procedure_id === '' || texts.version === ''}
            onClick={() => send.mutate()}
          >
            Set it
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {send.isError && <ErrorNote error={send.error} />}
        {field('procedure_id', 'Procedure')}
        {field('version', 'Version')}
        <Field label="What starts it">
          {(tie) => (
            <Select
              {...tie}
              value={type}
              onChange={(e) => setTexts({ ...texts, trigger_type: e.target.value })}
            >
              {types.map((t) => (
                <option key={t}>{t}</option>
              ))}
            </Select>
          )}
        </Field>
        {type === 'scheduled' && (
          <>
            {field('schedule', 'Schedule', 'minute hour day month weekday')}
            {field('timezone', 'Time zone')}
            <Next schedule={texts.schedule} timezone={texts.timezone} />
          </>
        )}
        {type === 'webhook' && (
          <>
            {field('webhook_secret', 'Secret', 'The name of the secret that signs the calls')}
            <Webhook procedure={texts.procedure_id} />
          </>
        )}
        {(type === 'event' || type === 'file_watch') &&
          field('event_source', type === 'event' ? 'Source' : 'Path')}
        {field('dedupe_window_seconds', 'The same again is ignored for', 'Seconds')}
        {field('max_concurrent_runs', 'Runs at once', 'Empty: as many as come')}
        <label className="flex items-center gap-2.5">
          <input
            type="checkbox"
            checked={enabled}
            className="size-4"
            onChange={(e) => setEnabled(e.target.checked)}
          />
          Enabled
        </label>
      </div>
    </Dialog>
  );
}

function bodyOf(t: Texts, enabled: boolean) {
  const text = (value: string) => (value.trim() === '' ? undefined : value.trim());
  return {
    trigger_type: t.trigger_type,
    enabled,
    schedule: t.trigger_type === 'scheduled' ? text(t.schedule) : undefined,
    timezone: t.trigger_type === 'scheduled' ? text(t.timezone) : undefined,
    webhook_secret: t.trigger_type === 'webhook' ? text(t.webhook_secret) : undefined,
    event_source: /event|file/.test(t.trigger_type) ? text(t.event_source) : undefined,
    dedupe_window_seconds: Number(t.dedupe_window_seconds) || 0,
    max_concurrent_runs: text(t.max_concurrent_runs) ? Number(t.max_concurrent_runs) : undefined,
  };
}

function Next({ schedule, timezone }: { schedule: string; timezone: string }) {
  const settled = useSettled(`${schedule}\n${timezone}`, 300);
  const [at = '', zone = ''] = settled.split('\n');
  const next = useQuery({
    queryKey: ['triggers', 'preview', settled],
    queryFn: () =>
      http.post<{ next: string[]; description?: string }>('/triggers/preview', {
        schedule: at,
        timezone: zone,
      }),
    enabled: at.trim() !== '',
  });
  if (next.isError) return <p className="text-bad">{problemOf(next.error).sentence}</p>;
  if (!next.data) return null;
  return (
    <div className="rounded-lg bg-ground px-3 py-2">
      <p className="font-medium">{next.data.description ?? 'The next times'}</p>
      <ol className="text-muted">
        {next.data.next.map((ts) => (
          <li key={ts}>{exactTime(ts)}</li>
        ))}
      </ol>
    </div>
  );
}

function Webhook({ procedure }: { procedure: string }) {
  const path = apiHref(`/triggers/webhook/${encodeURIComponent(procedure)}`);
  const url = new URL(path, window.location.href).href;
  const curl = [
    "body='{}'",
    'signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d" " -f1)',
    `curl -X POST -H "X-LangOrch-Signature: sha256=$signature" -d "$body" '${url}'`,
  ].join('\n');
  return (
    <div className="relative rounded-lg bg-ground px-3 py-2">
      <p className="font-medium">Its address, and a call of it</p>
      <pre className="mt-1 text-[0.8125rem] break-all whitespace-pre-wrap text-muted">{curl}</pre>
      <CopyButton text={curl} name="Copy the call" className="absolute top-1 right-1" />
    </div>
  );
}
