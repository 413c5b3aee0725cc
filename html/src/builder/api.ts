import { call, http, segment } from '../shared/http';
import type { Json, JsonObject, Procedure } from '../shared/types';
import type { Compiled, Draft, NodeType } from './types';

export function listNodeTypes(): Promise<NodeType[]> {
  return http.get('/node-types');
}

export function getSchema(): Promise<JsonObject> {
  return http.get('/schema/ckp');
}

/** Usual actions and those that agents offer, without doubles. */
export async function listActions(): Promise<string[]> {
  const groups = await http.get<Record<string, Json>>('/actions', { query: { live: true } });
  const names = Object.values(groups).flatMap((list) => (Array.isArray(list) ? list : []));
  return [...new Set(names.filter((n): n is string => typeof n === 'string'))].sort();
}

export interface Stored {
  document: JsonObject;
  version: string;
  etag: string | null;
}

export async function getStored(id: string, version: string): Promise<Stored> {
  const path = `/procedures/${segment(id)}/${segment(version)}` as const;
  const { data, headers } = await call<Procedure & { ckp_json: JsonObject }>('GET', path);
  return { document: data.ckp_json, version: data.version, etag: headers.get('ETag') };
}

function draftPath(id: string, version: string) {
  return `/procedures/${segment(id)}/${segment(version)}/builder-draft` as const;
}

export function getDraft(id: string, version: string): Promise<Draft> {
  return http.get(draftPath(id, version));
}

export function putDraft(id: string, version: string, draft: JsonObject): Promise<Draft> {
  return http.put(draftPath(id, version), { draft });
}

export function dropDraft(id: string, version: string): Promise<unknown> {
  return http.delete(draftPath(id, version));
}

export function compile(document: JsonObject, signal: AbortSignal): Promise<Compiled> {
  return http.post('/procedures/compile', { ckp_json: document }, { signal });
}

export interface Tried {
  simulated_route: string[] | null;
  simulated_unknowns: string[] | null;
}

/** The way that a run with these inputs would take; nothing is stored and nobody is called. */
export function tryRun(
  id: string,
  version: string,
  document: JsonObject,
  inputs: JsonObject,
): Promise<Tried> {
  const path = `/procedures/${segment(id)}/${segment(version)}/explain` as const;
  return http.post(path, { ckp_json: document, input_vars: inputs });
}

export function replace(
  id: string,
  version: string,
  document: JsonObject,
  etag: string | null,
): Promise<Procedure> {
  const headers: Record<string, string> = etag === null ? {} : { 'If-Match': etag };
  const path = `/procedures/${segment(id)}/${segment(version)}` as const;
  return http.put(path, { ckp_json: document }, { headers });
}

export function importNew(document: JsonObject): Promise<Procedure> {
  return http.post('/procedures', { ckp_json: document });
}
