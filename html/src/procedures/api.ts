import { http, newKey, segment } from '../shared/http';
import type { JsonObject, Procedure, Run } from '../shared/types';
import type { Graph } from '../shared/graph/types';
import type { Compiled, Imported, ProcedureDetail } from './types';

export function listProcedures(search: string, status: string): Promise<Procedure[]> {
  return http.get('/procedures', { query: { search, status, latest_only: true } });
}

export function listVersions(id: string): Promise<Procedure[]> {
  return http.get(`/procedures/${segment(id)}/versions`);
}

export function getProcedure(id: string, version: string): Promise<ProcedureDetail> {
  return http.get(`/procedures/${segment(id)}/${segment(version)}`);
}

export function getGraph(id: string, version: string): Promise<Graph> {
  return http.get(`/procedures/${segment(id)}/${segment(version)}/graph`);
}

export function importProcedure(document: JsonObject, replace: boolean): Promise<Imported> {
  const query = { on_conflict: replace ? 'replace' : 'error' };
  return http.post('/procedures', { ckp_json: document }, { query });
}

export function compileDocument(document: JsonObject): Promise<Compiled> {
  return http.post('/procedures/compile', { ckp_json: document });
}

/** `key` makes a second try after a lost answer the same run, not another one. */
export function startRun(
  id: string,
  version: string,
  inputs: JsonObject,
  key = newKey(),
): Promise<Run> {
  const body = { procedure_id: id, procedure_version: version, input_vars: inputs };
  return http.post('/runs', body, { headers: { 'Idempotency-Key': key } });
}
