import type { Schemas } from '../shared/contract';
import type { Diagnostic, Json } from '../shared/types';

/** api.md 2: /api/node-types */
export type NodeType = Schemas['NodeType'];

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
export type Draft = Schemas['Draft'];

export interface Compiled {
  valid: boolean;
  errors: Diagnostic[];
  warnings: Diagnostic[];
  node_count: number;
  step_count: number;
}
