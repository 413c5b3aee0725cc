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
