import type { Schemas } from '../shared/contract';

/** api.md 11 */
export type Trigger = Schemas['Trigger'];

export type Backfill = Schemas['Backfill'];

export interface Fired {
  id: number;
  ts: string;
  trigger_type: string;
  source: string;
  outcome: string;
  run_id: string | null;
  detail: string | null;
  lag_ms: number | null;
}
