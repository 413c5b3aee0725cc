import { segment } from '../shared/http';
import type { Trigger } from './types';

/** The route of the trigger of a version. */
export function pathOf(t: Pick<Trigger, 'procedure_id' | 'version'>): string {
  return `/triggers/${segment(t.procedure_id)}/${segment(t.version)}`;
}
