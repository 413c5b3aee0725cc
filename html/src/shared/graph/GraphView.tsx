import { memo, useCallback, useMemo, useRef, useState } from 'react';
import { count, duration, words } from '../format';
import { useGrowing } from '../hooks';
import { Badge, Dot } from '../ui/Badge';
import { EmptyState } from '../ui/Notes';
import { Segments } from '../ui/Segments';
import { Arrow, Box, Edge } from './GraphParts';
import { drawGraph } from './layout';
import type { Drawing } from './rows';
import { nodeLooks } from './status';
import type { Graph, GraphNode, NodeProgress } from './types';

/** Below this the words in the boxes could not be read: then one scrolls. */
const least_width = 460;

const zooms = [
  { value: '0.6', name: '60 %' },
  { value: '1', name: '100 %' },
  { value: '1.5', name: '150 %' },
] as const;

interface GraphViewProps {
  graph: Graph;
  /** How far a run came, by node. */
  progress?: ReadonlyMap<string, NodeProgress>;
  /** The edges that a run took, as `from>to`. */
  taken?: ReadonlySet<string>;
  chosen?: string | null;
  onChoose?: (id: string) => void;
}

/** The graph as a drawing, and beside it the same as a list, for readers and the keyboard. */
export function GraphView({ graph, progress, taken, chosen, onChoose }: GraphViewProps) {
  const drawing = useMemo(() => drawGraph(graph), [graph]);
  const [pointed, setPointed] = useState<string | null>(null);
  const [zoom, setZoom] = useState<(typeof zooms)[number]['value']>('1');
  const drawn = useGrowing(graph.nodes.length);
  const ways = useMemo(() => waysOf(graph), [graph]);
  const act = useRef(onChoose);
  act.current = onChoose;
  const choose = useCallback((id: string) => act.current?.(id), []);
  if (graph.nodes.length === 0) {
    return (
      <EmptyState icon="procedures" title="No nodes">
        The document has no graph.
      </EmptyState>
    );
  }
  const wide = drawing.width * Number(zoom);

  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="card min-w-0 overflow-hidden">
        <div className="flex items-center justify-end border-b border-line px-2 py-1">
          <Segments name="Size of the drawing" options={zooms} value={zoom} onChange={setZoom} />
        </div>
        <div
          tabIndex={0}
          role="region"
          aria-label="Drawing of the graph"
          className="max-h-[75dvh] overflow-auto p-4 -outline-offset-2"
        >
          <svg
            role="img"
            aria-label={`Graph of ${count(graph.nodes.length, 'node')}; the list tells the same`}
            viewBox={`0 0 ${drawing.width} ${drawing.height}`}
            style={{ width: wide, minWidth: Math.min(wide, least_width) }}
            className={`mx-auto block h-auto ${zoom === '1' ? 'max-w-full' : ''}`}
          >
            <defs>
              <Arrow id="arrow" className="fill-faint" />
              <Arrow id="arrow-taken" className="fill-accent" />
            </defs>
            {drawing.edges.slice(0, edgesOf(drawn, drawing)).map((e) => (
              <Edge
                key={e.edge.id}
                drawn={e}
                lit={pointed === e.edge.source || pointed === e.edge.target}
                taken={taken?.has(`${e.edge.source}>${e.edge.target}`) ?? false}
              />
            ))}
            {drawing.nodes.slice(0, drawn).map((n) => (
              <Box
                key={n.node.id}
                placed={n}
                lit={pointed === n.node.id || chosen === n.node.id}
                progress={progress?.get(n.node.id)}
                dim={progress !== undefined && !progress.has(n.node.id)}
                onChoose={onChoose && choose}
              />
            ))}
          </svg>
        </div>
      </div>
      <ol
        aria-label="Nodes"
        className="card max-h-[80dvh] divide-y divide-line overflow-x-hidden overflow-y-auto"
      >
        {graph.nodes.slice(0, drawn).map((node) => (
          <Line
            key={node.id}
            node={node}
            ways={ways.get(node.id) ?? ''}
            progress={progress?.get(node.id)}
            chosen={chosen === node.id}
            onPoint={setPointed}
            onChoose={onChoose && choose}
          />
        ))}
      </ol>
    </div>
  );
}

/** All edges once all nodes are there; before that as many of them. */
function edgesOf(drawn: number, { nodes, edges }: Drawing): number {
  return drawn >= nodes.length ? edges.length : Math.min(drawn, edges.length);
}

/** Where each node leads, in words. */
function waysOf(graph: Graph): Map<string, string> {
  const ways = new Map<string, string>();
  for (const e of graph.edges) {
    const way = `${e.label ? `${e.label} ` : ''}→ ${e.target}`;
    const before = ways.get(e.source);
    ways.set(e.source, before ? `${before} · ${way}` : way);
  }
  return ways;
}

interface LineProps {
  node: GraphNode;
  ways: string;
  progress: NodeProgress | undefined;
  chosen: boolean;
  onPoint: (id: string | null) => void;
  onChoose: ((id: string) => void) | undefined;
}

const Line = memo(function Line({ node, ways, progress, chosen, onPoint, onChoose }: LineProps) {
  const text = <Words node={node} ways={ways} progress={progress} />;
  return (
    <li
      onMouseEnter={() => onPoint(node.id)}
      onMouseLeave={() => onPoint(null)}
      className="lazy-row hover:bg-hover"
    >
      {onChoose ? (
        <button
          type="button"
          aria-pressed={chosen}
          onClick={() => onChoose(node.id)}
          className="block w-full px-4 py-2.5 text-left -outline-offset-2"
        >
          {text}
        </button>
      ) : (
        <div className="px-4 py-2.5">{text}</div>
      )}
    </li>
  );
});

type WordsProps = Pick<LineProps, 'node' | 'ways' | 'progress'>;

function Words({ node: { id, type, data }, ways, progress }: WordsProps) {
  const facts = [
    data.agent ? `agent ${data.agent}` : '',
    data.stepCount > 0 ? count(data.stepCount, 'step') : '',
    ways,
  ];
  return (
    <>
      <span className="flex flex-wrap items-center gap-2">
        <code className="font-medium break-all">{id}</code>
        <Badge>{words(type)}</Badge>
        {data.isStart && <Badge tone="ok">Start</Badge>}
        {progress && (
          <Badge tone={nodeLooks[progress.status].tone}>
            <Dot tone={nodeLooks[progress.status].tone} live={progress.status === 'running'} />
            {nodeLooks[progress.status].name}
            {progress.visits > 1 && ` ×${progress.visits}`}
          </Badge>
        )}
      </span>
      <span className="block break-words text-muted">{data.label}</span>
      {progress?.error && <span className="block break-words text-bad">{progress.error}</span>}
      <span className="block break-words text-faint">
        {[progress && progress.ms > 0 ? duration(progress.ms) : '', ...facts]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </>
  );
}
