import { graphlib, layout } from '@dagrejs/dagre';
import { box, drawRows, type Drawing } from './rows';
import type { Graph } from './types';

/** Beyond this the good layout takes longer than a reader waits; the plain one does not. */
const layout_max = 160;

export interface Point {
  x: number;
  y: number;
}

interface Arranged {
  width: number;
  height: number;
  /** The middle of each node. */
  at: Map<string, Point>;
  /** The way of each edge, in the order in which they came. */
  ways: Point[][];
}

/** Layers from the start downwards, with few crossings. */
export function arrange(
  nodes: readonly { id: string; width: number; height: number }[],
  edges: readonly { source: string; target: string; label: string }[],
): Arranged {
  const g = new graphlib.Graph({ multigraph: true });
  g.setGraph({ rankdir: 'TB', nodesep: box.gapX, ranksep: box.gapY, marginx: 12, marginy: 12 });
  nodes.forEach((n) => g.setNode(n.id, { width: n.width, height: n.height }));
  edges.forEach((e, i) => {
    const width = e.label === '' ? 0 : Math.min(e.label.length, 26) * 6;
    g.setEdge(e.source, e.target, { width, height: 12, labelpos: 'c' }, String(i));
  });
  layout(g);

  const { width = 0, height = 0 } = g.graph() as { width?: number; height?: number };
  const at = new Map(nodes.map((n) => [n.id, pointOf(g.node(n.id))]));
  const ways = edges.map((e, i) => {
    const found = g.edge(e.source, e.target, String(i)) as { points?: Point[] } | undefined;
    return (found?.points ?? []).map(pointOf);
  });
  return { width, height, at, ways };
}

function pointOf({ x, y }: Point): Point {
  return { x, y };
}

/** A graph as places and lines.  What cannot be arranged well is drawn in plain rows. */
export function drawGraph(graph: Graph): Drawing {
  if (graph.nodes.length > layout_max || graph.nodes.length === 0) return drawRows(graph);
  const known = new Set(graph.nodes.map((n) => n.id));
  const edges = graph.edges.filter((e) => known.has(e.source) && known.has(e.target));
  const { width, height, at, ways } = arrange(
    graph.nodes.map(({ id }) => ({ id, width: box.width, height: box.height })),
    edges,
  );
  return {
    width,
    height,
    nodes: graph.nodes.map((node) => {
      const middle = at.get(node.id) ?? { x: 0, y: 0 };
      return { node, x: middle.x - box.width / 2, y: middle.y - box.height / 2 };
    }),
    edges: edges.map((edge, i) => {
      const way = ways[i] ?? [];
      return { edge, path: smooth(way), label: way[Math.floor(way.length / 2)] ?? { x: 0, y: 0 } };
    }),
  };
}

/** A line through points without corners. */
export function smooth(way: readonly Point[]): string {
  const [first, ...rest] = way;
  if (!first) return '';
  if (rest.length < 2) return `M${at(first)}${rest.map((p) => `L${at(p)}`).join('')}`;
  let path = `M${at(first)}`;
  rest.slice(0, -1).forEach((p, i) => {
    const next = rest[i + 1] ?? p;
    const end = i === rest.length - 2 ? next : { x: (p.x + next.x) / 2, y: (p.y + next.y) / 2 };
    path += `Q${at(p)} ${at(end)}`;
  });
  return path;
}

function at({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
}
