import type { NodeProgress } from '../shared/graph/types';
import type { Json } from '../shared/types';
import type { EventTone } from './describe';
import type { Entry } from './logic';
import type { RunEvent } from './types';

/** One try of a node or step, on the time line. */
export interface Span {
  seq: number;
  from: number;
  /** null while it lasts */
  to: number | null;
  tone: EventTone;
  note: string;
}

export interface Lane {
  id: string;
  name: string;
  kind: 'node' | 'step';
  spans: Span[];
}

/** One question to a model. */
export interface ModelCall {
  seq: number;
  at: string;
  nodeId: string | null;
  stepId: string | null;
  model: string;
  profile: string | null;
  status: 'asked' | 'answered' | 'failed';
  latency_ms: number | null;
  tokens: [prompt: number, completion: number] | null;
  cost_usd: number | null;
  note: string | null;
}

export interface Progress {
  nodes: ReadonlyMap<string, NodeProgress>;
  /** The edges that were taken, as `from>to`. */
  taken: ReadonlySet<string>;
  lanes: readonly Lane[];
  models: readonly ModelCall[];
  /** Of the first and the last event, in milliseconds. */
  from: number;
  to: number;
}

interface Work {
  nodes: Map<string, NodeProgress>;
  taken: Set<string>;
  lanes: Map<string, Lane>;
  open: Map<string, Span>;
  models: ModelCall[];
  lastNode: string | null;
}

/** What the events say about nodes, steps and models: one pass over all of them. */
export function progressOf(entries: readonly Entry[]): Progress {
  const work: Work = {
    nodes: new Map(),
    taken: new Set(),
    lanes: new Map(),
    open: new Map(),
    models: [],
    lastNode: null,
  };
  for (const { event } of entries) take(work, event);
  const first = entries[0];
  const last = entries.at(-1);
  return {
    nodes: work.nodes,
    taken: work.taken,
    lanes: [...work.lanes.values()],
    models: work.models,
    from: first ? Date.parse(first.at) : 0,
    to: last ? Date.parse(last.at) : 0,
  };
}

function take(w: Work, e: RunEvent): void {
  const type = e.event_type;
  if (type.startsWith('node_') || type === 'logic_evaluated') takeNode(w, e);
  else if (type.startsWith('step_')) takeStep(w, e);
  else if (type.startsWith('task_')) takeTask(w, e);
  else if (type.startsWith('llm_call_')) takeModel(w, e);
  else if (type === 'approval_requested') {
    const span = w.open.get(keyOf(e, 'node'));
    if (span) span.tone = 'wait';
  } else if (type === 'run_failed' || type === 'run_completed' || type === 'run_canceled') {
    endAll(w, e, type === 'run_completed' ? 'ok' : type === 'run_failed' ? 'bad' : 'calm');
  }
}

const nodeEnds: Record<string, [status: NodeProgress['status'], tone: EventTone]> = {
  node_completed: ['done', 'ok'],
  node_error: ['failed', 'bad'],
  node_timeout: ['failed', 'bad'],
  node_canceled: ['skipped', 'calm'],
};

function takeNode(w: Work, e: RunEvent): void {
  const id = e.node_id;
  if (id === null) return;
  const before = w.nodes.get(id);
  const next = textOf(e.payload?.next_node);
  if (next !== null) w.taken.add(`${id}>${next}`);

  if (e.event_type === 'node_started') {
    if (w.lastNode !== null) w.taken.add(`${w.lastNode}>${id}`);
    const { visits = 0, ms = 0 } = before ?? {};
    w.nodes.set(id, { status: 'running', visits: visits + 1, ms, error: null });
    begin(w, e, 'node', 'busy');
    return;
  }
  if (e.event_type === 'node_skipped') {
    w.nodes.set(id, { status: 'skipped', visits: 1, ms: 0, error: null });
    return;
  }
  if (!before) return;
  if (e.event_type === 'node_paused') {
    w.nodes.set(id, { ...before, status: 'waiting' });
    return;
  }
  const end = nodeEnds[e.event_type];
  if (!end) return;
  const [status, tone] = end;
  const took = endSpan(w, e, 'node', tone);
  const error = status === 'failed' ? textOf(e.payload?.error) : null;
  w.nodes.set(id, { ...before, status, ms: before.ms + took, error });
  if (e.event_type === 'node_error') w.lastNode = null;
}

const stepEnds: Record<string, EventTone> = {
  step_completed: 'ok',
  step_failed: 'bad',
  step_timeout: 'bad',
  step_retry: 'bad',
};

function takeStep(w: Work, e: RunEvent): void {
  if (e.event_type === 'step_started') begin(w, e, 'step', 'busy');
  else if (e.event_type === 'step_dispatched') {
    /* after a retry only this tells that it was sent again */
    if (!w.open.has(keyOf(e, 'step'))) begin(w, e, 'step', 'busy');
  }
  const tone = stepEnds[e.event_type];
  if (tone) endSpan(w, e, 'step', tone);
  const node = e.node_id === null ? undefined : w.nodes.get(e.node_id);
  if (node?.status === 'waiting' && e.node_id !== null) {
    w.nodes.set(e.node_id, { ...node, status: 'running' });
  }
}

const taskStates: Record<string, NodeProgress['status']> = {
  task_started: 'running',
  task_waiting: 'waiting',
  task_completed: 'done',
  task_failed: 'failed',
  task_skipped: 'skipped',
  task_canceled: 'skipped',
};

/* the tasks of a dag are nodes of the drawing, named <dag>.<task> */
function takeTask(w: Work, e: RunEvent): void {
  const task = textOf(e.payload?.task_id);
  const status = taskStates[e.event_type];
  if (task === null || e.node_id === null || !status) return;
  const id = `${e.node_id}.${task}`;
  const ms = e.payload?.duration_ms;
  w.nodes.set(id, {
    status,
    visits: 1,
    ms: typeof ms === 'number' ? ms : 0,
    error: status === 'failed' ? textOf(e.payload?.error) : null,
  });
  const at = { ...e, node_id: id, payload: null };
  if (status === 'running') begin(w, at, 'node', 'busy');
  else if (status !== 'waiting') endSpan(w, at, 'node', status === 'done' ? 'ok' : 'bad');
}

function takeModel(w: Work, e: RunEvent): void {
  const p = e.payload ?? {};
  if (e.event_type === 'llm_call_started') {
    w.models.push({
      seq: e.seq,
      at: e.created_at,
      nodeId: e.node_id,
      stepId: e.step_id,
      model: textOf(p.model) ?? '–',
      status: 'asked',
      latency_ms: null,
      tokens: null,
      cost_usd: null,
      profile: textOf(p.profile),
      note: null,
    });
    return;
  }
  const asked = w.models.findLast((c) => c.status === 'asked' && c.nodeId === e.node_id);
  if (!asked) return;
  if (e.event_type === 'llm_call_failed') {
    asked.status = 'failed';
    asked.note = textOf(p.error);
    return;
  }
  asked.status = 'answered';
  asked.model = textOf(p.model_used) ?? asked.model;
  asked.latency_ms = numberOf(p.latency_ms);
  asked.tokens = [numberOf(p.prompt_tokens) ?? 0, numberOf(p.completion_tokens) ?? 0];
  asked.cost_usd = numberOf(p.cost_usd);
  asked.note = textOf(p.finish_reason);
}

function keyOf(e: RunEvent, kind: Lane['kind']): string {
  const path = textOf(e.payload?.path) ?? '';
  return `${kind} ${e.node_id ?? ''} ${kind === 'step' ? (e.step_id ?? '') : ''} ${path}`;
}

function begin(w: Work, e: RunEvent, kind: Lane['kind'], tone: EventTone): void {
  const id = `${kind} ${e.node_id ?? ''} ${kind === 'step' ? (e.step_id ?? '') : ''}`;
  let lane = w.lanes.get(id);
  if (!lane) {
    const name = (kind === 'step' ? e.step_id : e.node_id) ?? '–';
    lane = { id, name, kind, spans: [] };
    w.lanes.set(id, lane);
  }
  const key = keyOf(e, kind);
  const at = Date.parse(e.created_at);
  const before = w.open.get(key);
  if (before) before.to = at;
  const attempt = e.attempt !== null && e.attempt > 1 ? `, attempt ${e.attempt}` : '';
  const span: Span = { seq: e.seq, from: at, to: null, tone, note: `${lane.name}${attempt}` };
  lane.spans.push(span);
  w.open.set(key, span);
}

/** Ends what was open; returns how long it took. */
function endSpan(w: Work, e: RunEvent, kind: Lane['kind'], tone: EventTone): number {
  const key = keyOf(e, kind);
  const span = w.open.get(key);
  if (!span) return 0;
  w.open.delete(key);
  span.to = Date.parse(e.created_at);
  span.tone = tone;
  if (kind === 'node') w.lastNode = null;
  return Math.max(0, span.to - span.from);
}

function endAll(w: Work, e: RunEvent, tone: EventTone): void {
  for (const span of w.open.values()) {
    span.to = Date.parse(e.created_at);
    span.tone = tone;
  }
  w.open.clear();
  for (const [id, node] of w.nodes) {
    if (node.status !== 'running' && node.status !== 'waiting') continue;
    w.nodes.set(id, {
      ...node,
      status: tone === 'bad' ? 'failed' : tone === 'ok' ? 'done' : 'skipped',
    });
  }
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
