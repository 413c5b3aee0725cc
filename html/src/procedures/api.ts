import { call, http, newKey, segment } from '../shared/http';
import type { JsonObject, Procedure, Run } from '../shared/types';
import type { Graph } from '../shared/graph/types';
import type { Schemas } from '../shared/contract';
import type {
  Compiled,
  Deployment,
  Diff,
  Explained,
  Imported,
  ProcedureDetail,
  Tagged,
} from './types';

type Project = Pick<Schemas['Project'], 'project_id' | 'name'>;

export interface ProcedureFilter {
  search: string;
  status: string;
  channel: string;
  tags: string;
  project_id: string;
}

export function listProcedures(filter: ProcedureFilter): Promise<Procedure[]> {
  return http.get('/procedures', { query: { ...filter, latest_only: true } });
}

export function listVersions(id: string): Promise<Procedure[]> {
  return http.get(`/procedures/${segment(id)}/versions`);
}

/** The version with its document, and the tag that says which state of it this is. */
export async function getProcedure(id: string, version: string): Promise<Tagged> {
  const path = `/procedures/${segment(id)}/${segment(version)}` as const;
  const reply = await call<ProcedureDetail>('GET', path);
  return { detail: reply.data, etag: reply.headers.get('ETag') };
}

export function getGraph(id: string, version: string): Promise<Graph> {
  return http.get(`/procedures/${segment(id)}/${segment(version)}/graph`);
}

/** `project` is where it is to lie; none: where the document or the server says. */
export function importProcedure(
  document: JsonObject,
  replace: boolean,
  project = '',
): Promise<Imported> {
  const query = { on_conflict: replace ? 'replace' : 'error' };
  const where: JsonObject = project === '' ? {} : { project_id: project };
  return http.post('/procedures', { ckp_json: document, ...where }, { query });
}

export function listProjects(): Promise<Project[]> {
  return http.get('/projects', { query: { limit: 1000 } });
}

export function compileDocument(document: JsonObject): Promise<Compiled> {
  return http.post('/procedures/compile', { ckp_json: document });
}

export function replaceDocument(
  id: string,
  version: string,
  document: JsonObject,
  etag: string | null,
): Promise<Imported> {
  const headers: Record<string, string> = etag === null ? {} : { 'If-Match': etag };
  const body = { ckp_json: document };
  return http.put(`/procedures/${segment(id)}/${segment(version)}`, body, { headers });
}

export function deleteVersion(id: string, version: string, force: boolean): Promise<unknown> {
  return http.delete(`/procedures/${segment(id)}/${segment(version)}`, {
    query: force ? { force: true } : {},
  });
}

export function setStatus(id: string, version: string, status: string): Promise<Procedure> {
  return http.patch(`/procedures/${segment(id)}/${segment(version)}/status`, { status });
}

export function promote(id: string, version: string, channel: string, reason: string) {
  return http.post<unknown>(`/procedures/${segment(id)}/${segment(version)}/promote`, {
    target_channel: channel,
    ...(reason === '' ? {} : { reason }),
  });
}

export function rollback(id: string, version: string, channel: string, to: string, reason: string) {
  return http.post<unknown>(`/procedures/${segment(id)}/${segment(version)}/rollback`, {
    target_channel: channel,
    ...(to === '' ? {} : { rollback_to_version: to }),
    ...(reason === '' ? {} : { reason }),
  });
}

export function listDeployments(id: string): Promise<Deployment[]> {
  return http.get(`/procedures/${segment(id)}/deployments`);
}

export function getDiff(id: string, from: string, to: string): Promise<Diff> {
  return http.get(`/procedures/${segment(id)}/diff`, { query: { from, to, format: 'lines' } });
}

export function explain(
  id: string,
  version: string,
  inputs: JsonObject | null,
): Promise<Explained> {
  const path = `/procedures/${segment(id)}/${segment(version)}/explain` as const;
  return http.post(path, inputs === null ? {} : { input_vars: inputs });
}

export function runsOf(id: string): Promise<Run[]> {
  return http.get('/runs', { query: { procedure_id: id, limit: 50 } });
}

/** `key` makes a second try after a lost answer the same run, not another one. */
export function startRun(
  id: string,
  version: string,
  inputs: JsonObject,
  key = newKey(),
  mode = '',
): Promise<Run> {
  const body = {
    procedure_id: id,
    procedure_version: version,
    input_vars: inputs,
    ...(mode === '' ? {} : { execution_mode: mode }),
  };
  return http.post('/runs', body, { headers: { 'Idempotency-Key': key } });
}
