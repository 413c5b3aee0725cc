import type { Diagnostic, JsonObject, Procedure } from '../shared/types';

/** api.md 3 */
export interface ProcedureDetail extends Procedure {
  ckp_json: JsonObject;
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

/** api.md 3.5 */
export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface GraphNode {
  id: string;
  type: string;
  data: {
    label: string;
    description: string | null;
    agent: string | null;
    color: string;
    isStart: boolean;
    isEnd: boolean;
    stepCount: number;
  };
}

export interface GraphEdge {
  id: string;
  source: string;
  target: string;
  label: string;
}
