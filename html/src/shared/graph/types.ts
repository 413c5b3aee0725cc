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

export type NodeStatus = 'running' | 'waiting' | 'done' | 'failed' | 'skipped';

/** How far a run came with a node. */
export interface NodeProgress {
  status: NodeStatus;
  visits: number;
  /** Spent in it so far, without the visit that lasts. */
  ms: number;
  error: string | null;
}
