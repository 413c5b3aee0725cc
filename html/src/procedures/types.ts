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
export interface Deployment {
  deployment_id: string;
  action: string;
  target_channel: string;
  deployed_version: string;
  replaced_version: string | null;
  deployed_by: string | null;
  deployed_at: string;
  reason: string | null;
  status: string;
}

/** api.md 3.13 */
export interface Diff {
  identical: boolean;
  summary: {
    nodes_added: string[];
    nodes_removed: string[];
    nodes_changed: string[];
    variables_changed: string[];
    config_changed: string[];
  };
  changes: { op: string; path: string; from: Json; to: Json }[];
  lines?: DiffLine[];
}

export interface DiffLine {
  kind: 'same' | 'add' | 'del';
  a: number | null;
  b: number | null;
  text: string;
}

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
