import type { Json, Run, RunStatus } from '../shared/types';
import { describeEvent, type Description } from './describe';
import type { RunEvent } from './types';

export interface Entry extends Description {
  seq: number;
  at: string;
  event: RunEvent;
  group: Group;
}

export type Group = 'run' | 'node' | 'step' | 'approval' | 'other';

export interface Timeline {
  /** The last event that was folded. */
  seq: number;
  entries: readonly Entry[];
  /** What the events say about the state of the run; null before the first that says anything. */
  status: RunStatus | null;
  /** Events that were skipped: more than 0 means that the stream had a hole. */
  missed: number;
}

export const emptyTimeline: Timeline = { seq: 0, entries: [], status: null, missed: 0 };

/** Folds one event into the timeline.  After a reconnect some arrive twice: seq decides. */
export function foldEvent(line: Timeline, e: RunEvent): Timeline {
  return foldEvents(line, [e]);
}

/** Folds many at once, so that a burst of thousands copies the list only once. */
export function foldEvents(line: Timeline, events: readonly RunEvent[]): Timeline {
  let { seq, status, missed } = line;
  const fresh: Entry[] = [];
  for (const e of events) {
    if (e.seq <= seq) continue;
    missed += e.seq - seq - 1;
    seq = e.seq;
    status = statusAfter(e, status);
    fresh.push({ ...describeEvent(e), seq, at: e.created_at, event: e, group: groupOf(e) });
  }
  if (fresh.length === 0) return line;
  return { seq, status, missed, entries: [...line.entries, ...fresh] };
}

const statusBy: Record<string, RunStatus> = {
  run_created: 'created',
  run_retry_requested: 'created',
  approval_decision_received: 'created',
  execution_started: 'running',
  execution_resumed: 'running',
  approval_requested: 'waiting_approval',
  run_paused: 'paused',
  run_completed: 'completed',
  run_failed: 'failed',
  run_canceled: 'canceled',
};

/* while branches run side by side, work after a request means that the run is not only waiting */
function statusAfter(e: RunEvent, before: RunStatus | null): RunStatus | null {
  if (e.event_type === 'step_started' && before === 'waiting_approval') return 'running';
  return statusBy[e.event_type] ?? before;
}

function groupOf(e: RunEvent): Group {
  const type = e.event_type;
  if (type.startsWith('approval_')) return 'approval';
  if (type.startsWith('step_') || type === 'log') return 'step';
  if (type.startsWith('node_') || type === 'logic_evaluated') return 'node';
  if (/^(run|execution)_/.test(type) || type === 'error') return 'run';
  return 'other';
}

export const views = ['all', 'main', 'problems'] as const;
export type View = (typeof views)[number];

export const viewNames: Record<View, string> = { all: 'All', main: 'Main', problems: 'Problems' };

/** `main` leaves out steps and bookkeeping; `text` is looked for in everything one sees. */
export function filterEntries(
  entries: readonly Entry[],
  view: View,
  text: string,
): readonly Entry[] {
  const wanted = text.trim().toLowerCase();
  if (view === 'all' && wanted === '') return entries;
  return entries.filter((e) => {
    if (view === 'problems' && e.tone !== 'bad') return false;
    if (view === 'main' && (e.group === 'step' || e.group === 'other')) return false;
    const seen = `${e.title} ${e.detail ?? ''} ${e.event.event_type} ${e.event.node_id ?? ''}`;
    return wanted === '' || seen.toLowerCase().includes(wanted);
  });
}

/** Milliseconds since the entry before, where both have a time. */
export function gapBefore(entries: readonly Entry[], i: number): number | null {
  const [before, here] = [entries[i - 1], entries[i]];
  if (!before || !here) return null;
  const gap = Date.parse(here.at) - Date.parse(before.at);
  return Number.isFinite(gap) ? gap : null;
}

/** Reads the message of a stream; null when it is not an event that this console can show. */
export function readEvent(data: string): RunEvent | null {
  try {
    const e = JSON.parse(data) as Partial<RunEvent> | null;
    if (typeof e?.seq !== 'number' || typeof e.event_type !== 'string') return null;
    return e as RunEvent;
  } catch {
    return null;
  }
}

export interface Actions {
  cancel: boolean;
  pause: boolean;
  /** The same run can go on where it stopped. */
  resume: boolean;
  /** It was held, and can be let go. */
  release: boolean;
  rerun: boolean;
}

/** What can be done with a run now (api.md 4.4 to 4.6). */
export function actionsOf(run: Run): Actions {
  const final = ['completed', 'failed', 'canceled'].includes(run.status);
  return {
    cancel: !final && !run.cancellation_requested,
    pause: !final && run.status !== 'paused',
    release: run.status === 'paused',
    resume: run.status === 'failed' || run.status === 'canceled',
    rerun: final,
  };
}

/** The variables that have another value than before, or are new. */
export function changedVars(
  before: Record<string, Json>,
  after: Record<string, Json>,
): Record<string, Json> {
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value),
  );
  return Object.fromEntries(changed);
}
