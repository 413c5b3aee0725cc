import type { Json, JsonObject } from '../shared/types';
import type { Backfill, Trigger } from './types';

/** A variable of the run, and where its value comes from. */
export interface MapRow {
  variable: string;
  from: string;
}

/** What is filled in of a trigger, as it stands in the fields. */
export interface Texts {
  procedure_id: string;
  version: string;
  trigger_type: string;
  schedule: string;
  timezone: string;
  webhook_secret: string;
  allowed_sources: string;
  event_source: string;
  dedupe_window_seconds: string;
  max_concurrent_runs: string;
}

export function textsOf(t: Trigger | null): Texts {
  return {
    procedure_id: t?.procedure_id ?? '',
    version: t?.version ?? '',
    trigger_type: t?.trigger_type ?? 'scheduled',
    schedule: t?.schedule ?? '0 6 * * 1-5',
    timezone: t?.timezone ?? 'UTC',
    webhook_secret: t?.webhook_secret ?? '',
    allowed_sources: (t?.allowed_sources ?? []).join('\n'),
    event_source: t?.event_source ?? '',
    dedupe_window_seconds: String(t?.dedupe_window_seconds ?? 0),
    max_concurrent_runs: t?.max_concurrent_runs?.toString() ?? '',
  };
}

/** A mapping as rows: texts as they are, other values as JSON. */
export function rowsOf(mapping: JsonObject | null | undefined): MapRow[] {
  return Object.entries(mapping ?? {}).map(([variable, value]) => ({
    variable,
    from: typeof value === 'string' ? value : JSON.stringify(value),
  }));
}

/** Rows as a mapping; undefined when there is none, so that the payload is the inputs. */
export function mappingOf(rows: readonly MapRow[]): JsonObject | undefined {
  const named = rows.filter((r) => r.variable.trim() !== '');
  if (named.length === 0) return undefined;
  return Object.fromEntries(named.map((r) => [r.variable.trim(), valueOf(r.from)]));
}

/* numbers, objects and the like are themselves; everything else is a pointer or a template */
function valueOf(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'string' ? text : value;
  } catch {
    return text;
  }
}

/** What is wrong with a row; null when nothing is. */
export function rowFault(rows: readonly MapRow[], i: number): string | null {
  const row = rows[i];
  if (!row || (row.variable.trim() === '' && row.from.trim() === '')) return null;
  if (row.variable.trim() === '') return 'It needs a variable';
  if (rows.findIndex((r) => r.variable.trim() === row.variable.trim()) !== i) {
    return 'This variable is above already';
  }
  return row.from.trim() === '' ? 'It needs a pointer, a template or a value' : null;
}

/** The whole registration: what stays out would be as the document has it. */
export function bodyOf(t: Texts, enabled: boolean, rows: readonly MapRow[]): JsonObject {
  const text = (value: string) => value.trim() || undefined;
  const sources = t.allowed_sources.split('\n').map((line) => line.trim()).filter(Boolean);
  const type = t.trigger_type;
  const body: Record<string, Json | undefined> = {
    trigger_type: type,
    enabled,
    schedule: type === 'scheduled' ? text(t.schedule) : undefined,
    timezone: type === 'scheduled' ? text(t.timezone) : undefined,
    webhook_secret: type === 'webhook' ? text(t.webhook_secret) : undefined,
    allowed_sources: type === 'webhook' && sources.length > 0 ? sources : undefined,
    event_source: /event|file/.test(type) ? text(t.event_source) : undefined,
    input_mapping: mappingOf(rows),
    dedupe_window_seconds: Number(t.dedupe_window_seconds) || 0,
    max_concurrent_runs: text(t.max_concurrent_runs) ? Number(t.max_concurrent_runs) : undefined,
  };
  return JSON.parse(JSON.stringify(body)) as JsonObject;
}

/** Whether a backfill can still fire. */
export function isOpen(b: Backfill): boolean {
  return b.status === 'running' || b.status === 'paused';
}
