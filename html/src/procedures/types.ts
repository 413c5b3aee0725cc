import type { Schemas } from '../shared/contract';
import type { Diagnostic, Json, JsonObject, Procedure } from '../shared/types';

/** api.md 3 */
export interface ProcedureDetail extends Procedure {
  ckp_json: JsonObject;
}

export interface Tagged {
  detail: ProcedureDetail;
  etag: string | null;
}

/** api.md 3.1: what an import answers */
export interface Imported extends Procedure {
  diagnostics?: Diagnostic[];
}

/** api.md 3.9 */
export interface Compiled {
  valid: boolean;
  errors: Diagnostic[];
  warnings: Diagnostic[];
  procedure_id: string | null;
  version: string | null;
  node_count: number;
  step_count: number;
}

/** api.md 3.12 */
export type Deployment = Schemas['Deployment'];

/** api.md 3.13 */
export type Diff = Schemas['Diff'];

export type DiffLine = Schemas['DiffLine'];

/** api.md 3.10 */
export interface Explained {
  nodes: { id: string; type: string; description: string | null; has_side_effects: boolean }[];
  variables: {
    required: string[];
    produced: string[];
    consumed: string[];
    missing_inputs: string[];
    provided: string[];
  };
  route_trace: { node_id: string; type: string; next_nodes: string[]; is_terminal: boolean }[];
  external_calls: {
    node_id: string;
    step_id: string | null;
    action: string;
    binding_kind: string;
    binding_ref: string | null;
    agent_hint: string | null;
    timeout_ms: number | null;
  }[];
  policy_summary: Record<string, Json>;
  side_effect_risks: { node_id: string; step_id: string | null; risk: string }[];
  simulated_route: string[] | null;
  simulated_unknowns: string[] | null;
  diagnostics: Diagnostic[];
}
