import type { Graph, GraphEdge, GraphNode } from './types';

export interface Placed {
  node: GraphNode;
  x: number;
  y: number;
}

export interface Drawn {
  edge: GraphEdge;
  path: string;
  label: { x: number; y: number };
}

export interface Drawing {
  width: number;
  height: number;
  nodes: Placed[];
  edges: Drawn[];
}

/** Nodes side by side, at most. */
const row_max = 3;

export const box = { width: 208, height: 54, gapX: 36, gapY: 54 };

/** Rows from the start downwards; an edge that goes back up runs along the right side. */
export function drawRows(graph: Graph): Drawing {
  const rows = rowsOf(graph).flatMap(inPieces);
  const widest = Math.max(1, ...rows.map((r) => r.length));
  const inner = widest * (box.width + box.gapX) - box.gapX;
  const at = new Map<string, Placed & { row: number }>();

  rows.forEach((row, r) => {
    const left = (inner - (row.length * (box.width + box.gapX) - box.gapX)) / 2;
    row.forEach((node, i) => {
      const x = 8 + left + i * (box.width + box.gapX);
      at.set(node.id, { node, x, y: 8 + r * (box.height + box.gapY), row: r });
    });
  });

  const edges: Drawn[] = [];
  let back = 0;
  for (const edge of graph.edges) {
    const from = at.get(edge.source);
    const to = at.get(edge.target);
    if (!from || !to) continue;
    edges.push(to.row > from.row ? down(edge, from, to) : up(edge, from, to, inner + 8, back++));
  }
  return {
    width: inner + 16 + (back > 0 ? 44 + back * 14 : 0),
    height: rows.length * (box.height + box.gapY) - box.gapY + 16,
    nodes: [...at.values()],
    edges,
  };
}

function down(edge: GraphEdge, from: Placed, to: Placed): Drawn {
  const [x1, y1] = [from.x + box.width / 2, from.y + box.height];
  const [x2, y2] = [to.x + box.width / 2, to.y];
  const bend = Math.min(box.gapY, (y2 - y1) / 2);
  return {
    edge,
    path: `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`,
    label: { x: x1 + (x2 - x1) * 0.5, y: y1 + (y2 - y1) * 0.5 },
  };
}

function up(edge: GraphEdge, from: Placed, to: Placed, right: number, n: number): Drawn {
  const [x1, y1] = [from.x + box.width, from.y + box.height / 2];
  const [x2, y2] = [to.x + box.width, to.y + box.height / 2];
  const x = right + 24 + n * 14;
  return {
    edge,
    path: `M${x1} ${y1}C${x} ${y1} ${x} ${y1} ${x} ${(y1 + y2) / 2}S${x} ${y2} ${x2} ${y2}`,
    label: { x: x - 6, y: (y1 + y2) / 2 },
  };
}

/** A row that is too wide to be looked at goes on below itself. */
function inPieces(row: GraphNode[]): GraphNode[][] {
  const pieces: GraphNode[][] = [];
  for (let i = 0; i < row.length; i += row_max) pieces.push(row.slice(i, i + row_max));
  return pieces;
}

/** Nodes by their least distance from the start; what is not reached follows below, likewise. */
function rowsOf(graph: Graph): GraphNode[][] {
  const targets = new Map<string, string[]>();
  for (const { source, target } of graph.edges) {
    const list = targets.get(source);
    if (list) list.push(target);
    else targets.set(source, [target]);
  }

  const rowOf = new Map<string, number>();
  const start = graph.nodes.find((n) => n.data.isStart) ?? graph.nodes[0];
  const roots = start ? [start, ...graph.nodes] : [];
  let free = 0;
  for (const root of roots) {
    if (!rowOf.has(root.id)) free = spread(root.id, free, targets, rowOf);
  }

  const rows: GraphNode[][] = [];
  for (const node of graph.nodes) (rows[rowOf.get(node.id) ?? 0] ??= []).push(node);
  return rows;
}

/** Gives rows from `first` on to all that is reached from a node; returns the next free row. */
function spread(
  from: string,
  first: number,
  targets: ReadonlyMap<string, string[]>,
  rowOf: Map<string, number>,
): number {
  rowOf.set(from, first);
  let edge = [from];
  let row = first;
  while (edge.length > 0) {
    row++;
    const next: string[] = [];
    for (const id of edge.flatMap((e) => targets.get(e) ?? [])) {
      if (rowOf.has(id)) continue;
      rowOf.set(id, row);
      next.push(id);
    }
    edge = next;
  }
  return row;
}
