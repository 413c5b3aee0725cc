import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { exactTime } from '../shared/format';
import { useSettled } from '../shared/hooks';
import { http } from '../shared/http';
import { problemOf } from '../shared/problem';
import { Button } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Field, Select, TextArea, TextInput } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { useToast } from '../shared/ui/Toast';
import { pathOf } from './api';
import { bodyOf, rowFault, rowsOf, textsOf, type Texts } from './logic';
import { Mapping } from './Mapping';
import type { Trigger } from './types';
import { Webhook } from './Webhook';

const types = ['scheduled', 'webhook', 'file_watch', 'event'];

export function TriggerDialog({
  trigger,
  onClose,
}: {
  trigger: Trigger | null;
  onClose: () => void;
}) {
  const [texts, setTexts] = useState(() => textsOf(trigger));
  const [rows, setRows] = useState(() => rowsOf(trigger?.input_mapping));
  const [enabled, setEnabled] = useState(trigger?.enabled ?? true);
  const client = useQueryClient();
  const toast = useToast();
  const type = texts.trigger_type;
  const send = useMutation({
    mutationFn: () => http.post(pathOf(texts), bodyOf(texts, enabled, rows)),
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
            disabled={
              texts.procedure_id === '' ||
              texts.version === '' ||
              rows.some((_, i) => rowFault(rows, i) !== null)
            }
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
            <Field
              label="Who may call"
              hint="Addresses and networks, one a line; empty: anybody with the secret"
              error={refused.allowed_sources ?? null}
            >
              {(tie) => (
                <TextArea
                  {...tie}
                  value={texts.allowed_sources}
                  placeholder="192.0.2.0/24"
                  className="font-mono text-[0.8125rem]"
                  onChange={(e) => setTexts({ ...texts, allowed_sources: e.target.value })}
                />
              )}
            </Field>
            <Webhook procedure={texts.procedure_id} />
          </>
        )}
        {(type === 'event' || type === 'file_watch') &&
          field('event_source', type === 'event' ? 'Source' : 'Path')}
        <Mapping rows={rows} error={refused.input_mapping ?? null} onRows={setRows} />
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
