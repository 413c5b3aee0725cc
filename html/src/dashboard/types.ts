/** api.md 2 */
export interface Health {
  status: string;
  version: string;
  node_id: string;
}

export interface Readiness {
  status: string;
  checks: Record<string, string>;
}
