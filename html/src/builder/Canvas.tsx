import {
  Background,
  Controls,
  MarkerType,
  ReactFlow,
  useNodesState,
  useReactFlow,
  useStore,
  type Connection,
  type Edge as FlowEdge,
  type FitViewOptions,
  type Node as FlowNode,
  type ReactFlowInstance,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useEffect, useMemo, useRef } from 'react';
import type { Diagnostic, JsonObject } from '../shared/types';
import {
  connect,
  disconnect,
  edgesOf,
  nodesOf,
  place,
  portsOf,
  reconnect,
  removeNodes,
  startOf,
  typeOf,
} from './graph';
import { NodeBox, sizeOfBox, type BoxData } from './NodeBox';
import type { NodeType } from './types';

const kinds = { box: NodeBox };

/** With more nodes only those in sight are drawn. */
const many = 100;

interface CanvasProps {
  doc: JsonObject;
  places: ReadonlyMap<string, { x: number; y: number }>;
  types: ReadonlyMap<string, NodeType>;
  found: readonly Diagnostic[];
  route: readonly string[];
  chosen: readonly string[];
  /** How the page is divided: another division is room for another view of the graph. */
  division: string;
  onChoose: (ids: string[]) => void;
  onChange: (doc: JsonObject) => void;
  onDropType: (type: string, at: { x: number; y: number }) => void;
}

/** The graph to draw with: nodes are moved, connected and taken away. */
export function Canvas(props: CanvasProps) {
  const { doc, places, chosen, onChange, onChoose } = props;
  const flow = useRef<ReactFlowInstance<FlowNode<BoxData>> | null>(null);
  const wanted = useWantedNodes(props);
  const [nodes, setNodes, onNodesChange] = useNodesState(wanted);
  useEffect(() => setNodes((before) => withSizes(wanted, before)), [wanted, setNodes]);
  const edges = useFlowEdges(doc, props.route);
  /* all of many nodes could not be read: then one begins at the start */
  const first = {
    maxZoom: 1,
    padding: 0.15,
    ...(nodes.length > many ? { nodes: beginOf(nodes) } : {}),
  };

  const onConnect = ({ source, target, sourceHandle }: Connection) => {
    onChange(connect(place(doc, places), source, sourceHandle ?? 'next_node', target));
  };
  const moved = (all: FlowNode[]) =>
    onChange(place(doc, new Map([...places, ...all.map((n) => [n.id, n.position] as const)])));

  return (
    <div
      className="h-full"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const type = event.dataTransfer.getData('text/langorch-node');
        const at = flow.current?.screenToFlowPosition({ x: event.clientX, y: event.clientY });
        if (type && at) props.onDropType(type, at);
      }}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={kinds}
        onInit={(instance) => (flow.current = instance)}
        onNodesChange={(changes) => {
          onNodesChange(changes);
          const picks = changes.filter((c) => c.type === 'select');
          if (picks.length === 0) return;
          const now = new Set(chosen);
          for (const { id, selected } of picks) {
            if (selected) now.add(id);
            else now.delete(id);
          }
          onChoose([...now]);
        }}
        onNodeDragStop={(_, __, all) => moved(all)}
        onConnect={onConnect}
        onReconnect={(edge, to) => {
          const found = edgesOf(doc).find((e) => e.id === edge.id);
          if (!found || !to.target) return;
          if (to.source === found.source) onChange(reconnect(doc, found, to.target));
          else {
            onChange(
              connect(disconnect(doc, found), to.source, to.sourceHandle ?? 'next_node', to.target),
            );
          }
        }}
        onDelete={({ nodes: gone, edges: cut }) => {
          const ids = gone.map((n) => n.id);
          const cutIds = new Set(cut.map((e) => e.id));
          const without = edgesOf(doc)
            .filter((e) => cutIds.has(e.id))
            .reverse()
            .reduce(disconnect, doc);
          onChange(removeNodes(without, ids));
        }}
        deleteKeyCode={['Delete', 'Backspace']}
        multiSelectionKeyCode={['Shift', 'Meta', 'Control']}
        minZoom={0.15}
        maxZoom={2}
        fitView
        fitViewOptions={first}
        onlyRenderVisibleElements={nodes.length > many}
        proOptions={{ hideAttribution: true }}
        aria-label="Graph"
      >
        <Background gap={20} color="var(--color-line)" />
        <Controls showInteractive={false} position="bottom-right" />
        <Refit division={props.division} options={first} />
      </ReactFlow>
    </div>
  );
}

/** Brings the graph into the room that it has, once that is another because the page is. */
function Refit({ division, options }: { division: string; options: FitViewOptions }) {
  const { fitView } = useReactFlow();
  const width = useStore((flow) => flow.width);
  const fitted = useRef({ division, width });

  useEffect(() => {
    /* who resizes the window keeps the view */
    if (division === fitted.current.division) fitted.current.width = width;
    /* the new width is measured later */
    else if (width !== fitted.current.width) {
      fitted.current = { division, width };
      void fitView(options);
    }
  }, [division, width]);
  return null;
}

/**
 * What was measured stays known.  A node without a size is hidden, and its edges are not drawn,
 * until it is measured again: which does not happen when it is replaced while that goes on.
 */
function withSizes(wanted: FlowNode<BoxData>[], before: readonly FlowNode<BoxData>[]) {
  const sizes = new Map(before.map((node) => [node.id, node]));
  return wanted.map((node) => {
    const was = sizes.get(node.id);
    const same = was?.data.ports.length === node.data.ports.length;
    return same && was.measured ? { ...node, measured: was.measured } : node;
  });
}

/** The topmost nodes. */
function beginOf(nodes: readonly FlowNode[]): { id: string }[] {
  return [...nodes].sort((a, b) => a.position.y - b.position.y).slice(0, 8);
}

function useWantedNodes({ doc, places, types, found, route, chosen }: CanvasProps) {
  return useMemo(() => {
    const start = startOf(doc);
    const on = new Set(route);
    const picked = new Set(chosen);
    const faults = new Map<string, Diagnostic[]>();
    for (const d of found) {
      if (d.node_id) faults.set(d.node_id, [...(faults.get(d.node_id) ?? []), d]);
    }
    const entries = Object.entries(nodesOf(doc));
    return entries.map(([id, node]): FlowNode<BoxData> => {
      const type = types.get(typeOf(node));
      const mine = faults.get(id) ?? [];
      const ports = portsOf(node);
      return {
        ...sizeOfBox(ports),
        id,
        type: 'box',
        position: places.get(id) ?? { x: 0, y: 0 },
        selected: picked.has(id),
        ariaLabel: `${typeof node.description === 'string' ? node.description : id}, ${id}`,
        data: {
          id,
          label: String(node.description ?? '') || String(node.name ?? '') || id,
          type: type?.title ?? typeOf(node),
          color: type?.color ?? '#9CA3AF',
          ports,
          start: id === start,
          routed: on.has(id),
          errors: mine.filter((d) => d.severity === 'error').length,
          warnings: mine.filter((d) => d.severity === 'warning').length,
        },
      };
    });
  }, [doc, places, types, found, route, chosen]);
}

function useFlowEdges(doc: JsonObject, route: readonly string[]): FlowEdge[] {
  return useMemo(() => {
    const taken = new Set(route.slice(1).map((id, i) => `${route[i]}>${id}`));
    return edgesOf(doc).map((e): FlowEdge => {
      const lit = taken.has(`${e.source}>${e.target}`);
      const color = lit
        ? 'var(--color-accent)'
        : e.error
          ? 'var(--color-bad)'
          : 'var(--color-faint)';
      return {
        id: e.id,
        source: e.source,
        target: e.target,
        sourceHandle: e.port,
        type: 'default',
        label: e.label.length > 30 ? `${e.label.slice(0, 29)}…` : e.label,
        reconnectable: true,
        style: {
          stroke: color,
          strokeWidth: lit ? 2.5 : 1.5,
          strokeDasharray: e.error ? '5 4' : '',
        },
        markerEnd: { type: MarkerType.ArrowClosed, color, width: 18, height: 18 },
        labelStyle: { fill: 'var(--color-muted)', fontSize: 11 },
        labelBgStyle: { fill: 'var(--color-ground)' },
      };
    });
  }, [doc, route]);
}
