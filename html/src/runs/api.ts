import { call, http, newKey, segment, textOf, type Query } from '../shared/http';
import { apiHref } from '../shared/mount';
import type { JsonObject, Run } from '../shared/types';
import type { Graph } from '../shared/graph/types';
import type {
  Artifact,
  BulkOutcome,
  Checkpoint,
  CheckpointDetail,
  Point,
  RunDiagnostics,
  RunEvent,
} from './types';

export interface RunList {
  runs: Run[];
  /** How many match; null when the server does not say. */
  total: number | null;
  next: string | null;
}

/** One page of the list; `cursor` is the `next` of the page before. */
export async function listRuns(query: Query, cursor: string): Promise<RunList> {
  const first = cursor === '';
  const reply = await call<Run[]>('GET', '/runs', {
    query: { ...query, limit: 200, cursor, ...(first ? { total: true } : {}) },
  });
  const total = reply.headers.get('X-Total-Count');
  return {
    runs: reply.data,
    total: total === null ? null : Number(total),
    next: reply.headers.get('X-Next-Cursor'),
  };
}

export function listEvents(id: string): Promise<RunEvent[]> {
  return http.get(`/runs/${segment(id)}/events`);
}

export function getRun(id: string): Promise<Run> {
  return http.get(`/runs/${segment(id)}`);
}

export function getRunDiagnostics(id: string): Promise<RunDiagnostics> {
  return http.get(`/runs/${segment(id)}/diagnostics`);
}

export function listCheckpoints(id: string): Promise<Checkpoint[]> {
  return http.get(`/runs/${segment(id)}/checkpoints`);
}

export function getCheckpoint(id: string, checkpoint: string): Promise<CheckpointDetail> {
  return http.get(`/runs/${segment(id)}/checkpoints/${segment(checkpoint)}`);
}

export function cancelRun(id: string, reason: string): Promise<Run> {
  return http.post(`/runs/${segment(id)}/cancel`, reason === '' ? {} : { reason });
}

/** Without inputs the same run goes on where it stopped; with inputs a new run is made. */
export function retryRun(id: string, inputs: JsonObject | null): Promise<Run> {
  const body = inputs === null ? {} : { input_vars: inputs, new_run: true };
  return http.post(`/runs/${segment(id)}/retry`, body);
}

export function streamHref(id: string): string {
  return apiHref(`/runs/${segment(id)}/stream`);
}

export function pauseRun(id: string, reason: string): Promise<Run> {
  return http.post(`/runs/${segment(id)}/pause`, reason === '' ? {} : { reason });
}

/** Goes on where it stands; with a point the same run is set back to it. */
export function resumeRun(id: string, point: Point = {}): Promise<Run> {
  return http.post(`/runs/${segment(id)}/resume`, point);
}

/** Another run that begins with the state of a point. */
export function replayRun(id: string, point: Point, key = newKey()): Promise<Run> {
  return http.post(`/runs/${segment(id)}/replay`, point, { headers: { 'Idempotency-Key': key } });
}

export function deleteRun(id: string): Promise<unknown> {
  return http.delete(`/runs/${segment(id)}`);
}

export function bulk(what: 'cancel' | 'delete', ids: string[], reason = ''): Promise<BulkOutcome> {
  return http.post(`/runs/bulk/${what}`, { run_ids: ids, ...(reason === '' ? {} : { reason }) });
}

export function listArtifacts(id: string): Promise<Artifact[]> {
  return http.get(`/runs/${segment(id)}/artifacts`);
}

export function listChildren(id: string): Promise<Run[]> {
  return http.get('/runs', { query: { parent_run_id: id, limit: 200 } });
}

export function runGraph(procedure: string, version: string): Promise<Graph> {
  return http.get(`/procedures/${segment(procedure)}/${segment(version)}/graph`);
}

/** The first bytes of a file as text; a problem 415 when it is none. */
export async function previewArtifact(a: Artifact): Promise<{ text: string; more: boolean }> {
  return textOf(`/artifacts/${segment(a.run_id)}/${pathOf(a.name ?? '')}`, { preview: 32768 });
}

export function artifactHref(a: Artifact, download = false): string {
  const at = `/runs/${segment(a.run_id)}/artifacts/${segment(a.artifact_id)}/content`;
  if (/^https?:/.test(a.uri)) return a.uri;
  if (a.name === null || !download) return apiHref(at);
  return apiHref(`/artifacts/${segment(a.run_id)}/${pathOf(a.name)}?download=true`);
}

/* a name may have folders in it: their slashes stay */
function pathOf(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
