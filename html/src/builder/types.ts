import type { Diagnostic, Json, JsonObject } from '../shared/types';

/** api.md 2: /api/node-types */
export interface NodeType {
  type: string;
  title: string;
  color: string;
  category: string;
  description: string;
  transitions: string[];
  fields: NodeTypeField[];
}

export interface NodeTypeField {
  name: string;
  type: string;
  required: boolean;
  default: Json;
  enum: string[] | null;
  help: string;
  common: boolean;
}

/** api.md 3.11 */
export interface Draft {
  draft: JsonObject | null;
  updated_at: string | null;
}

export interface Compiled {
  valid: boolean;
  errors: Diagnostic[];
  warnings: Diagnostic[];
  node_count: number;
  step_count: number;
}
