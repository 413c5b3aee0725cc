import type { Json, JsonObject } from '../shared/types';

export type Option = string | { value: string; label?: string };

/** api.md 7 */
export interface Approval {
  approval_id: string;
  run_id: string;
  node_id: string;
  prompt: string;
  decision_type: string;
  options: Option[] | null;
  context_data: Json;
  status: string;
  decided_by: string | null;
  decision_payload: JsonObject | null;
  comment: string | null;
  created_at: string;
  decided_at: string | null;
  expires_at: string | null;
  run_status: string | null;
  node_name: string | null;
  procedure_id: string | null;
  approval_level: string | null;
  can_decide: boolean;
  input_schema: JsonObject | null;
  required_approvals: number;
  escalation_count: number;
  escalation_contact: string | null;
  approvers: string[] | null;
  votes: Vote[] | null;
  /** Of what is asked: an answer is bound to it. */
  shown_hash?: string | null;
}

/** One answer of those that are needed. */
export interface Vote {
  by?: string | null;
  decided_by?: string | null;
  decision?: string;
  at?: string | null;
  decided_at?: string | null;
  comment?: string | null;
  deputy_of?: string | null;
}

/** The body of a decision. */
export interface Decision {
  decision?: string;
  option?: string;
  comment?: string;
  payload?: JsonObject;
  shown_hash?: string;
}
