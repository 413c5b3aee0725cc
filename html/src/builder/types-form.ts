import type { Diagnostic, JsonObject } from '../shared/types';

/** What every field of the inspector may need. */
export interface FormContext {
  found: readonly Diagnostic[];
  /** The ids of all nodes. */
  nodes: string[];
  /** The definitions of the schema, for lists of steps, rules and others. */
  defs: Record<string, JsonObject>;
  /** The id of the <datalist> with the actions. */
  actionsId: string;
}
