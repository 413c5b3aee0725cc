import { http, segment } from '../shared/http';
import type { JsonObject } from '../shared/types';
import type { Backfill, Trigger } from './types';

/** The route of the trigger of a version. */
export function pathOf(t: Pick<Trigger, 'procedure_id' | 'version'>) {
  return `/triggers/${segment(t.procedure_id)}/${segment(t.version)}` as const;
}

/** A run now; the same key once more is the same run. */
export function fire(t: Trigger, inputs: JsonObject, key: string): Promise<{ run_id: string }> {
  const body = Object.keys(inputs).length > 0 ? { input_vars: inputs } : {};
  return http.post(`${pathOf(t)}/fire`, body, { headers: { 'Idempotency-Key': key } });
}

export function backfills(t: Trigger): Promise<Backfill[]> {
  return http.get(`${pathOf(t)}/backfills`);
}

export interface BackfillAsked {
  from: string;
  to?: string;
  max_parallel: number;
}

export function fillBack(t: Trigger, asked: BackfillAsked): Promise<Backfill> {
  return http.post(`${pathOf(t)}/backfills`, asked);
}

export function turnBackfill(
  t: Trigger,
  b: Backfill,
  to: 'pause' | 'resume' | 'cancel',
): Promise<Backfill> {
  return http.post(`${pathOf(t)}/backfills/${segment(b.backfill_id)}/${to}`, {});
}
