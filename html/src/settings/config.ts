import { duration, size, words } from '../shared/format';
import type { Json, JsonObject } from '../shared/types';

/** api.md 16 */
export type Source = 'directive' | 'runtime' | 'default';

export interface Limit {
  value: number;
  default: number;
  unit?: 'bytes' | 'ms';
  min?: number;
  max?: number;
}

export interface Config extends JsonObject {
  sources: Record<string, Source>;
  mutable: string[];
  limits: Record<string, Limit & JsonObject>;
}

/** A setting that can be changed while the site runs, if no directive says it. */
export interface Setting {
  name: string;
  label: string;
  hint: string;
  directive: string;
  /** A secret is written, and never shown. */
  kind: 'count' | 'number' | 'flag' | 'address' | 'text' | 'secret';
}

const known: Setting[] = [
  {
    name: 'run_retention_days',
    label: 'Runs are kept for',
    hint: 'Days after their end; 0 keeps them',
    directive: 'langorch_run_days',
    kind: 'count',
  },
  {
    name: 'checkpoint_retention_days',
    label: 'Checkpoints are kept for',
    hint: 'Days; 0 keeps them as long as their run',
    directive: 'langorch_checkpoint_days',
    kind: 'count',
  },
  {
    name: 'artifact_retention_days',
    label: 'Artifacts are kept for',
    hint: 'Days after the end of their run',
    directive: 'langorch_artifact_days',
    kind: 'count',
  },
  {
    name: 'worker_concurrency',
    label: 'Runs of a worker at once',
    hint: 'More wait until one of these rests or ends',
    directive: 'langorch_runs_driven',
    kind: 'count',
  },
  {
    name: 'rate_limit_max_concurrent',
    label: 'Calls of a worker at once',
    hint: 'To agents, tools, models and other addresses together',
    directive: 'langorch_calls',
    kind: 'count',
  },
  {
    name: 'lease_ttl_seconds',
    label: 'Lease of a worker',
    hint: 'Seconds until others take its runs when nothing is heard from it; 0.1 to 3,600',
    directive: 'langorch_lease',
    kind: 'number',
  },
  {
    name: 'worker_max_attempts',
    label: 'Crashes of a run',
    hint: 'A run that took workers down so often fails',
    directive: 'langorch_crashes',
    kind: 'count',
  },
  {
    name: 'worker_retry_delay_seconds',
    label: 'Pause after a crash',
    hint: 'Seconds that a run rests whose worker died of it; 0 to 3,600',
    directive: 'langorch_crash_pause',
    kind: 'number',
  },
  {
    name: 'llm_base_url',
    label: 'Address of models',
    hint: 'For questions whose profile names none',
    directive: 'langorch_llm_url',
    kind: 'address',
  },
  {
    name: 'llm_api_key',
    label: 'Key for that address',
    hint: 'Kept with the secrets; it is not shown again',
    directive: '',
    kind: 'secret',
  },
  {
    name: 'llm_default_model',
    label: 'Model',
    hint: 'For questions that name none',
    directive: 'langorch_llm_model',
    kind: 'text',
  },
  {
    name: 'llm_timeout_seconds',
    label: 'Time for an answer',
    hint: 'Seconds, where neither the question nor its profile says so; 1 to 3,600',
    directive: 'langorch_llm_timeout',
    kind: 'number',
  },
  {
    name: 'llm_model_cost_json',
    label: 'Prices of models',
    hint: 'JSON: { "model": { "prompt": 0.001, "completion": 0.004 } }, dollars for 1,000 tokens',
    directive: 'langorch_llm_cost',
    kind: 'text',
  },
  {
    name: 'auth_token_expire_minutes',
    label: 'A session lasts',
    hint: 'Minutes after the login; 1 to 525,600',
    directive: 'langorch_session',
    kind: 'number',
  },
  {
    name: 'secrets_rotation_check',
    label: 'Each run asks keepers anew',
    hint: 'true: no value of a secret is older than the run that uses it',
    directive: 'langorch_secrets_rotation',
    kind: 'flag',
  },
  {
    name: 'alert_webhook_url',
    label: 'Address of alerts',
    hint: 'Told of failed runs, broken time limits and escalations',
    directive: 'langorch_alert_url',
    kind: 'address',
  },
  {
    name: 'metrics_push_url',
    label: 'Address of figures',
    hint: 'They are put to /metrics/job/<job> below it',
    directive: 'langorch_metrics_url',
    kind: 'address',
  },
  {
    name: 'metrics_push_interval_seconds',
    label: 'Figures are sent every',
    hint: 'Seconds; 1 to 3,600',
    directive: 'langorch_metrics_interval',
    kind: 'number',
  },
  {
    name: 'metrics_push_job',
    label: 'Job of the figures',
    hint: 'Letters, digits and . - _ :',
    directive: 'langorch_metrics_job',
    kind: 'text',
  },
];

/** All that the server says can be set, also those that this console does not know. */
export function settingsOf(config: Config): Setting[] {
  const names = Object.keys(config.sources);
  return [
    ...known.filter((s) => names.includes(s.name)),
    ...names
      .filter((name) => !known.some((s) => s.name === name))
      .map((name): Setting => {
        const of = typeof config[name];
        const kind = of === 'number' ? 'count' : of === 'boolean' ? 'flag' : 'text';
        return { name, label: words(name), hint: '', directive: '', kind };
      }),
  ];
}

/** A setting as it stands in its field. */
export function fieldText(value: Json | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

/** What stands in its field while that is empty. */
export function placeholderOf(s: Setting, config: Config): string | undefined {
  if (s.kind === 'count') return undefined;
  return s.kind === 'secret' && config.llm_key_set === true ? 'there is one' : 'none';
}

/** The sentence about a text that cannot be the value of a setting; null when it can. */
export function faultOf(s: Setting, text: string, limit: Limit | undefined): string | null {
  const said = text.trim();
  if (s.kind === 'count') {
    if (!/^\d+$/.test(said)) return 'Must be a whole number';
    const { min, max } = boundsOf(s, limit);
    return Number(said) < min || Number(said) > max
      ? `Must be from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}`
      : null;
  }
  if (s.kind === 'number' && !/^\d+(\.\d+)?$/.test(said)) return 'Must be a number';
  if (s.kind === 'flag' && said !== 'true' && said !== 'false') return 'Must be true or false';
  if (s.kind === 'address' && said !== '' && !/^https?:\/\/[^/]/.test(said)) {
    return 'Must begin with http:// or https://';
  }
  return null;
}

function boundsOf(s: Setting, limit: Limit | undefined): { min: number; max: number } {
  const days = s.name.endsWith('_days');
  return { min: limit?.min ?? (days ? 0 : 1), max: limit?.max ?? (days ? 36_500 : 1_000_000) };
}

export function boundsText(s: Setting, limit: Limit | undefined): string {
  if (s.kind !== 'count') return '';
  const { min, max } = boundsOf(s, limit);
  return `${min.toLocaleString('en')} to ${max.toLocaleString('en')}`;
}

/** What was changed of the settings, as the server takes it: what was emptied is null. */
export function changesOf(config: Config, texts: Record<string, string>): JsonObject {
  const body: JsonObject = {};
  for (const s of settingsOf(config)) {
    const text = texts[s.name];
    if (text === undefined || text.trim() === fieldText(config[s.name])) continue;
    if (text.trim() === '') body[s.name] = null;
    else body[s.name] = valueOf(s, text.trim());
  }
  return body;
}

function valueOf(s: Setting, text: string): Json {
  if (s.kind === 'flag') return text === 'true';
  return s.kind === 'count' || s.kind === 'number' ? Number(text) : text;
}

/** A limit in the unit that reads best. */
export function limitText(n: number, unit: Limit['unit']): string {
  if (unit === 'bytes') return size(n);
  if (unit === 'ms') return duration(n);
  return n.toLocaleString('en');
}

/** What a limit is about, from the name of its directive. */
export function limitGroups(limits: Config['limits']): [group: string, names: string[]][] {
  const groups: [string, RegExp][] = [
    ['Requests', /^langorch_(rate|idempotency|streams|body|document|upload|body_memory)$/],
    ['The store', /^langorch_(store|run_days|checkpoint|audit|sweep|artifact_days)/],
    ['Runs', /^langorch_(runs|lease|drain|poll|zone)/],
    ['Calls', /^langorch_(calls|agent|llm)/],
    ['Files', /^langorch_(sheet|attached|file)/],
    ['Secrets', /^langorch_secrets/],
  ];
  const rest = new Set(Object.keys(limits).sort());
  const found = groups.map(([group, pattern]): [string, string[]] => {
    const names = [...rest].filter((name) => pattern.test(name));
    for (const name of names) rest.delete(name);
    return [group, names];
  });
  return [...found, ['Others', [...rest]] as [string, string[]]].filter(([, n]) => n.length > 0);
}
