import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Route } from '../shared/contract';
import { words } from '../shared/format';
import { http } from '../shared/http';
import { problemOf } from '../shared/problem';
import type { Json, JsonObject } from '../shared/types';
import { Badge, type Tone } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { Field, TextInput } from '../shared/ui/Field';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Panel } from '../shared/ui/Page';
import { Refused } from '../shared/ui/Resource';
import { useToast } from '../shared/ui/Toast';
import {
  boundsText,
  changesOf,
  faultOf,
  fieldText,
  placeholderOf,
  settingsOf,
  type Config,
  type Setting,
  type Source,
} from './config';
import { Numbers } from './Figures';

export const configKey = ['settings', 'config'];

export function useConfig() {
  return useQuery({ queryKey: configKey, queryFn: () => http.get<Config>('/config') });
}

/** What can be changed while the site runs, and what only nginx.conf says. */
export function Settings() {
  const found = useConfig();
  if (found.isError) return <Refused error={found.error} />;
  if (!found.data) return <Loading />;
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[1fr_22rem]">
      <Form config={found.data} />
      <div className="flex flex-col gap-5">
        <Trials />
        <Others config={found.data} />
      </div>
    </div>
  );
}

function Form({ config }: { config: Config }) {
  const [texts, setTexts] = useState<Record<string, string>>({});
  const client = useQueryClient();
  const toast = useToast();
  const settings = settingsOf(config);
  const send = useMutation({
    mutationFn: (body: JsonObject) => http.patch<Config>('/config', body),
    onSuccess: (now) => {
      client.setQueryData(configKey, now);
      setTexts({});
      toast.say('Changed; all workers go by it within two seconds');
    },
  });
  const refused = send.isError ? problemOf(send.error).fields : {};
  const faults = Object.fromEntries(
    settings.map((s) => [
      s.name,
      s.name in texts ? faultOf(s, texts[s.name] ?? '', config.limits[s.directive]) : null,
    ]),
  );
  const body = changesOf(config, texts);
  const n = Object.keys(body).length;
  return (
    <form
      className="card overflow-hidden"
      aria-label="Settings"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (n > 0 && Object.values(faults).every((f) => f === null)) send.mutate(body);
      }}
    >
      {send.isError && (
        <div className="p-4">
          <ErrorNote title="Nothing was changed" error={send.error} />
        </div>
      )}
      <div className="divide-y divide-line">
        {settings.map((s) => (
          <Row
            key={s.name}
            setting={s}
            config={config}
            text={texts[s.name] ?? fieldText(config[s.name])}
            error={faults[s.name] ?? refused[s.name] ?? null}
            onText={(text) => setTexts({ ...texts, [s.name]: text })}
            onBack={() => send.mutate({ [s.name]: null })}
          />
        ))}
      </div>
      <footer className="
        flex flex-wrap items-center justify-end gap-3 border-t border-line px-4 py-3
      ">
        <span className="flex-1 text-muted">
          {n > 0 && (n === 1 ? 'One setting is not saved' : `${n} settings are not saved`)}
        </span>
        <Button disabled={n === 0} onClick={() => setTexts({})}>
          As it was
        </Button>
        <Button kind="primary" type="submit" disabled={n === 0} busy={send.isPending}>
          Save
        </Button>
      </footer>
    </form>
  );
}

const sources: Record<Source, [tone: Tone, text: string]> = {
  directive: ['wait', 'nginx.conf says so'],
  runtime: ['busy', 'changed here'],
  default: ['calm', 'default'],
};

interface RowProps {
  setting: Setting;
  config: Config;
  text: string;
  error: string | null;
  onText: (text: string) => void;
  onBack: () => void;
}

function Row({ setting: s, config, text, error, onText, onBack }: RowProps) {
  const source = config.sources[s.name] ?? 'default';
  const [tone, said] = sources[source];
  const limit = config.limits[s.directive];
  const free = config.mutable.includes(s.name);
  const hint = [
    s.hint,
    boundsText(s, limit),
    s.kind === 'count' && limit && `default ${limit.default.toLocaleString('en')}`,
  ].filter(Boolean);
  return (
    <div className="grid items-start gap-x-6 gap-y-2 px-4 py-4 sm:grid-cols-[1fr_14rem]">
      <Field label={s.label} hint={hint.join(' · ')} error={error}>
        {(tie) => (
          <TextInput
            {...tie}
            value={text}
            disabled={!free}
            type={s.kind === 'secret' ? 'password' : 'text'}
            inputMode={s.kind === 'count' ? 'numeric' : undefined}
            placeholder={placeholderOf(s, config)}
            onChange={(e) => onText(e.target.value)}
          />
        )}
      </Field>
      <p className="flex flex-wrap items-center gap-2 sm:justify-end sm:pt-7">
        <Badge tone={tone}>{said}</Badge>
        {source === 'runtime' && (
          <Button
            size="small"
            kind="quiet"
            aria-label={`Take it back: ${s.label}`}
            onClick={onBack}
          >
            Take it back
          </Button>
        )}
        {s.directive && <code className="text-faint">{s.directive}</code>}
      </p>
    </div>
  );
}

interface Tried {
  ok: boolean;
  error: string | null;
  status?: number | null;
  model?: string | null;
  latency_ms?: number | null;
}

function Trials() {
  return (
    <Panel title="Try it">
      <div className="flex flex-wrap gap-2 px-4 py-3">
        <Trial path="/config/test-llm" name="Ask the model" done="The model answered" />
        <Trial path="/config/test-alert" name="Send an alert" done="The alert was taken" />
      </div>
    </Panel>
  );
}

function Trial({ path, name, done }: { path: Route<'post'>; name: string; done: string }) {
  const toast = useToast();
  const test = useMutation({
    mutationFn: () => http.post<Tried>(path, {}),
    onSuccess: (t) =>
      t.ok ? toast.say(done, 'ok', t.model ?? null) : toast.say('It failed', 'bad', t.error),
    onError: (error) => toast.fail('It was not tried', error),
  });
  return (
    <Button busy={test.isPending} onClick={() => test.mutate()}>
      {name}
    </Button>
  );
}

/** What is only shown: what nginx.conf says of the site, without what there is not. */
function Others({ config }: { config: Config }) {
  const own = new Set([...Object.keys(config.sources), 'sources', 'mutable', 'limits']);
  const facts = Object.entries(config).filter(
    ([name, value]) => !own.has(name) && value !== null && value !== '' && !/^apigee/.test(name),
  );
  return (
    <Panel title="By nginx.conf">
      <Numbers rows={facts.map(([name, value]) => [words(name), shown(value)])} />
    </Panel>
  );
}

function shown(value: Json): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(String).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
