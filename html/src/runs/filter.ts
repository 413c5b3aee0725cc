import type { Run } from '../shared/types';

/** What of the runs is listed; every member is part of the address. */
export interface RunFilter {
  q: string;
  status: string;
  procedure_id: string;
  procedure_version: string;
  project_id: string;
  case_id: string;
  trigger_type: string;
  parent_run_id: string;
  /** A preset of `periods`, or empty for all time. */
  period: string;
  created_from: string;
  created_to: string;
  order: string;
}

export const filterNames = [
  'q',
  'status',
  'procedure_id',
  'procedure_version',
  'project_id',
  'case_id',
  'trigger_type',
  'parent_run_id',
  'period',
  'created_from',
  'created_to',
  'order',
] as const satisfies readonly (keyof RunFilter)[];

/** Those that stand behind "Filters". */
export const furtherNames = filterNames.filter((n) => n !== 'q' && n !== 'status');

export const periods: Record<string, { name: string; ms: number }> = {
  '1h': { name: 'Last hour', ms: 3_600_000 },
  '24h': { name: 'Last 24 hours', ms: 86_400_000 },
  '7d': { name: 'Last 7 days', ms: 7 * 86_400_000 },
  '30d': { name: 'Last 30 days', ms: 30 * 86_400_000 },
};

export function filterOf(search: URLSearchParams): RunFilter {
  return Object.fromEntries(
    filterNames.map((name) => [name, search.get(name) ?? '']),
  ) as unknown as RunFilter;
}

/** The filter as the parameters of the API; a preset becomes a time. */
export function queryOf(filter: RunFilter, now: number): Record<string, string> {
  const { period, ...rest } = filter;
  const preset = periods[period];
  const from = preset ? new Date(now - preset.ms).toISOString() : dayOf(rest.created_from, 0);
  return { ...rest, created_from: from, created_to: dayOf(rest.created_to, 86_400_000 - 1) };
}

/* a day is that of the reader: from its first to its last moment */
function dayOf(date: string, offset_ms: number): string {
  if (date === '') return '';
  const at = new Date(`${date}T00:00:00`).getTime();
  return Number.isNaN(at) ? '' : new Date(at + offset_ms).toISOString();
}

export function howManySet(filter: RunFilter): number {
  return furtherNames.filter((name) => filter[name] !== '').length;
}

export interface SavedView {
  name: string;
  /** The address behind the question mark. */
  search: string;
}

const key = 'langorch.views.runs';

export function savedViews(): SavedView[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(list) ? list.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(value: unknown): value is SavedView {
  const view = value as Partial<SavedView> | null;
  return typeof view?.name === 'string' && typeof view.search === 'string';
}

/** Keeps the views in this browser; a name that is there already is replaced. */
export function keepViews(views: readonly SavedView[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(views));
  } catch {
    /* no storage: they hold until the page is closed */
  }
}

export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  return [...views.filter((v) => v.name !== view.name), view];
}

/** The columns of an export. */
export const exportHead = [
  'run_id',
  'procedure_id',
  'procedure_version',
  'status',
  'created_at',
  'started_at',
  'ended_at',
  'duration_seconds',
  'trigger_type',
  'triggered_by',
  'last_node_id',
  'attempt',
  'estimated_cost_usd',
  'error_message',
] as const satisfies readonly (keyof Run)[];

export function exportRows(runs: readonly Run[]): unknown[][] {
  return runs.map((run) => exportHead.map((name) => run[name]));
}
