import { http, newKey, segment } from '../shared/http';
import { problemOf } from '../shared/problem';
import type { Json, JsonObject } from '../shared/types';

/* Two families: graphs of agents below /api/v1, lists of steps at the root beside /api. */

/** api.md 18 */
export interface GraphRow {
  id: string;
  name: string;
  description: string | null;
  version: number;
  tags: string[];
  node_count: number;
  edge_count: number;
  created_at: string;
}

export interface GraphFull extends GraphRow {
  nodes: { node_id: string; name: string; node_type: string }[];
  edges: { from_node_id: string; to_node_id: string; label: string | null }[];
  execution_levels: string[][];
}

export interface NodeRun {
  node_id: string;
  status: string;
  attempt_number: number;
  duration_ms: number | null;
  error: string | null;
  outputs: Json;
}

export interface GraphRun {
  run_id: string;
  status: string;
  created_at: string;
  error: string | null;
  outputs: Json;
  nodes_completed: number;
  nodes_total: number;
  total_cost: number;
  nodes?: NodeRun[];
}

/** api.md 17 */
export interface ListRow {
  id: string;
  name: string;
  created_at: string;
}

export interface ListStep {
  id: string;
  depends_on: string[];
  config: { action: string };
}

export interface ListFull extends ListRow {
  definition: { steps: ListStep[] };
}

export interface ListRun {
  id: string;
  workflow_id: string;
  workflow_name: string;
  order_id: string | null;
  status: string;
  started_at: string | null;
  completed_at: string | null;
  steps?: {
    step_id: string;
    step_index: number;
    status: string;
    retry_count: number;
    error_message: string | null;
    started_at: string | null;
    completed_at: string | null;
  }[];
}

export interface Order {
  id: string;
  status: string;
  amount: number;
  created_at: string;
  updated_at: string;
}

/** The root beside the API, wherever both are mounted. */
const root = '/..';

export const listGraphs = () => http.get<GraphRow[]>('/v1/workflows', { query: { limit: 100 } });
export const listLists = () => http.get<ListRow[]>(`${root}/workflows`);
export const listListRuns = () => http.get<ListRun[]>(`${root}/runs`, { query: { limit: 100 } });

export const makeGraph = (body: JsonObject) => http.post<GraphRow>('/v1/workflows', body);
export const changeGraph = (id: string, body: JsonObject) =>
  http.put<GraphRow>(`/v1/workflows/${segment(id)}`, body);
export const checkGraph = (body: JsonObject) =>
  http.post<{ valid: boolean; errors: string[]; execution_levels: string[][] }>(
    '/v1/workflows/validate',
    body,
  );
export const makeList = (body: JsonObject) => http.post<ListRow>(`${root}/workflows`, body);

export type Found = { graph: GraphFull } | { list: ListFull };

/**
 * A workflow of either family: an id does not say of which.  Links of the console do; who comes
 * from elsewhere was led here from the list of steps.
 */
export async function getEither(id: string, graphFirst: boolean): Promise<Found> {
  const graph = async () => ({ graph: await http.get<GraphFull>(`/v1/workflows/${segment(id)}`) });
  const list = async () => ({ list: await http.get<ListFull>(`${root}/workflows/${segment(id)}`) });
  try {
    return await (graphFirst ? graph() : list());
  } catch (error) {
    if (problemOf(error).status !== 404) throw error;
    return graphFirst ? list() : graph();
  }
}

export const runsOfGraph = (id: string) =>
  http.get<GraphRun[]>(`/v1/workflows/${segment(id)}/runs`, { query: { limit: 50 } });

export const getGraphRun = (id: string) => http.get<GraphRun>(`/v1/workflow_runs/${segment(id)}`);
export const getListRun = (id: string) => http.get<ListRun>(`${root}/runs/${segment(id)}`);

const once = () => ({ headers: { 'Idempotency-Key': newKey() } });

export const startGraph = (id: string, inputs: JsonObject) =>
  http.post<GraphRun>(`/v1/workflows/${segment(id)}/run`, { inputs }, once());

export const startList = (id: string, order: string) =>
  http.post<ListRun>(
    `${root}/workflows/${segment(id)}/runs`,
    order === '' ? {} : { order_id: order },
    once(),
  );

export const makeOrder = (amount: number) => http.post<Order>(`${root}/orders`, { amount }, once());
export const getOrder = (id: string) => http.get<Order>(`${root}/orders/${segment(id)}`);
