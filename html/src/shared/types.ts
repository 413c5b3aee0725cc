import type { Schemas } from './contract';
/* What more than one page needs of the wire, as the API contract has it. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export type Severity = 'error' | 'warning' | 'info';

/** api.md 3.9 */
export type Diagnostic = Schemas['Diagnostic'];

/** api.md 3 */
export type Procedure = Schemas['Procedure'];

export const runStatuses = [
  'created',
  'running',
  'waiting_approval',
  'paused',
  'completed',
  'failed',
  'canceled',
] as const;

export type RunStatus = (typeof runStatuses)[number];

/** api.md 4 */
export type Run = Schemas['Run'];

/** What ran, in a word that people know. */
export function nameOfRun(run: Run): string {
  return run.workflow_name ?? run.procedure_id;
}

export function isFinalStatus(status: string): boolean {
  return status === 'completed' || status === 'failed' || status === 'canceled';
}
