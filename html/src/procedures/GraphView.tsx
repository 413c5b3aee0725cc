import { useMemo, useState } from 'react';
import { count, words } from '../shared/format';
import { Badge } from '../shared/ui/Badge';
import { EmptyState } from '../shared/ui/Notes';
import { box, drawGraph, type Drawn, type Placed } from './logic';
import type { Graph } from './types';

/** Below this the words in the boxes could not be read: then one scrolls. */
const least_width = 460;

/** The graph as a drawing, and beside it the same as a list, for readers and the keyboard. */
export function GraphView({ graph }: { graph: Graph }) {
  const drawing = useMemo(() => drawGraph(graph), [graph]);
  const [pointed, setPointed] = useState<string | null>(null);
  if (graph.nodes.length === 0) {
    return (
      <EmptyState icon="procedures" title="No nodes">
        The document has no graph.
      </EmptyState>
    );
  }

  return (
    <div className="grid items-start gap-5 lg:grid-cols-[1fr_20rem]">
      <div className="card overflow-auto p-4">
        <svg
          role="img"
          aria-label={`Graph of ${count(graph.nodes.length, 'node')}; the list tells the same`}
          viewBox={`0 0 ${drawing.width} ${drawing.height}`}
          style={{ maxWidth: drawing.width, minWidth: Math.min(drawing.width, least_width) }}
          className="mx-auto block h-auto w-full"
        >
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0l8 4-8 4z" className="fill-faint" />
            </marker>
          </defs>
          {drawing.edges.map((e) => (
            <Edge key={e.edge.id} drawn={e} pointed={pointed} />
          ))}
          {drawing.nodes.map((n) => (
            <Box key={n.node.id} placed={n} pointed={pointed} />
          ))}
        </svg>
      </div>
      <ol aria-label="Nodes" className="card divide-y divide-line overflow-hidden">
        {graph.nodes.map(({ id, type, data }) => (
          <li
            key={id}
            onMouseEnter={() => setPointed(id)}
            onMouseLeave={() => setPointed(null)}
            className="px-4 py-2.5 hover:bg-hover"
          >
            <p className="flex flex-wrap items-center gap-2">
              <code className="font-medium break-all">{id}</code>
              <Badge>{words(type)}</Badge>
              {data.isStart && <Badge tone="ok">Start</Badge>}
            </p>
            <p className="break-words text-muted">{data.label}</p>
            <p className="break-words text-faint">
              {[
                data.agent ? `agent ${data.agent}` : '',
                data.stepCount > 0 ? count(data.stepCount, 'step') : '',
                ...graph.edges
                  .filter((e) => e.source === id)
                  .map((e) => `${e.label ? `${e.label} ` : ''}→ ${e.target}`),
              ]
                .filter(Boolean)
                .join(' · ')}
            </p>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Box({ placed: { node, x, y }, pointed }: { placed: Placed; pointed: string | null }) {
  const { label, color } = node.data;
  return (
    <g transform={`translate(${x} ${y})`}>
      <title>{label}</title>
      <rect
        width={box.width}
        height={box.height}
        rx="10"
        className={`fill-surface ${pointed === node.id ? 'stroke-accent' : 'stroke-edge'}`}
        strokeWidth={pointed === node.id ? 2 : 1}
      />
      <rect x="10" y="12" width="4" height={box.height - 24} rx="2" fill={color} />
      <text x="24" y="23" className="fill-ink text-[0.8125rem] font-medium">
        {cut(label, 24)}
      </text>
      <text x="24" y="41" className="fill-faint text-[0.6875rem]">
        {cut(words(node.type), 28)}
      </text>
    </g>
  );
}

function Edge({ drawn, pointed }: { drawn: Drawn; pointed: string | null }) {
  const { edge, path, label } = drawn;
  const near = pointed === edge.source || pointed === edge.target;
  return (
    <g>
      <path
        d={path}
        fill="none"
        markerEnd="url(#arrow)"
        className={near ? 'stroke-accent' : 'stroke-edge'}
        strokeWidth={near ? 2 : 1.4}
      />
      {edge.label && (
        <text
          x={label.x}
          y={label.y}
          textAnchor="middle"
          className="fill-muted stroke-surface text-[0.6875rem]"
          strokeWidth="4"
          paintOrder="stroke"
        >
          <title>{edge.label}</title>
          {cut(edge.label, 26)}
        </text>
      )}
    </g>
  );
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
