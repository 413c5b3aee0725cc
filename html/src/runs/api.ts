import { call, http, segment } from '../shared/http';
import { apiHref } from '../shared/mount';
import type { JsonObject, Run } from '../shared/types';
import type { Checkpoint, CheckpointDetail, RunDiagnostics } from './types';

export interface RunFilter {
  status: string;
  q: string;
  procedure_id: string;
  limit: number;
}

export interface RunList {
  runs: Run[];
  /** How many match, of which the list is the newest; null when the server does not say. */
  total: number | null;
}

export async function listRuns(filter: RunFilter): Promise<RunList> {
  const reply = await call<Run[]>('GET', '/runs', { query: { ...filter, total: true } });
  const total = reply.headers.get('X-Total-Count');
  return { runs: reply.data, total: total === null ? null : Number(total) };
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
