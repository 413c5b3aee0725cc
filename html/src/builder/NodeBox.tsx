import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { memo } from 'react';
import type { Port } from './graph';

export interface BoxData extends Record<string, unknown> {
  id: string;
  label: string;
  type: string;
  color: string;
  ports: Port[];
  start: boolean;
  routed: boolean;
  errors: number;
  warnings: number;
}

/** A node on the canvas: what it is, what is wrong with it, its ways out at the foot. */
export const NodeBox = memo(function NodeBox({ data, selected }: NodeProps<Node<BoxData>>) {
  const { ports } = data;
  const line = data.errors > 0 ? 'border-bad' : data.routed ? 'border-accent' : 'border-edge';
  return (
    <div
      className={`
        w-56 rounded-xl border bg-surface shadow-card ${line}
        ${selected ? 'ring-2 ring-accent' : ''} ${data.routed ? 'bg-accent-soft' : ''}
      `}
    >
      <Handle
        type="target"
        position={Position.Top}
        className="!size-2.5 !rounded-full !border-2 !border-surface !bg-faint"
      />
      <div className="flex items-start gap-2.5 px-3 pt-2.5 pb-1.5">
        <span
          aria-hidden="true"
          className="mt-1 h-8 w-1 shrink-0 rounded-full"
          style={{ backgroundColor: data.color }}
        />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{data.label}</span>
          <span className="block truncate text-xs text-muted">
            {data.type} · {data.id}
          </span>
        </span>
        {data.start && <Mark look="bg-ok-soft text-ok">start</Mark>}
        {data.errors > 0 && <Mark look="bg-bad-soft text-bad">{data.errors}</Mark>}
        {data.errors === 0 && data.warnings > 0 && (
          <Mark look="bg-wait-soft text-wait">{data.warnings}</Mark>
        )}
      </div>
      <div
        className={`
          relative flex justify-around px-1 text-[0.625rem] text-faint
          ${ports.length > 1 ? 'h-5' : 'h-1.5'}
        `}
      >
        {ports.length > 1 &&
          ports.map((port) => (
            <span key={port.id} className="max-w-20 truncate">
              {port.name}
            </span>
          ))}
        {ports.map((port, i) => (
          <Handle
            key={port.id}
            id={port.id}
            type="source"
            position={Position.Bottom}
            style={{ left: `${((i + 0.5) / ports.length) * 100}%` }}
            className="!size-2.5 !rounded-full !border-2 !border-surface !bg-accent"
          />
        ))}
        <Handle id="error" type="source" position={Position.Right} className="!opacity-0" />
      </div>
    </div>
  );
});

function Mark({ look, children }: { look: string; children: string | number }) {
  return (
    <span className={`shrink-0 rounded-full px-1.5 text-[0.6875rem] font-medium ${look}`}>
      {children}
    </span>
  );
}

/** How large a box is and where its handles stand, as if it had been measured. */
export function sizeOfBox(ports: readonly Port[]): Pick<Node, 'measured' | 'handles'> {
  const [width, height] = [224, ports.length > 1 ? 74 : 60];
  const at = (x: number, y: number) => ({ x: x - 5, y: y - 5, width: 10, height: 10 });
  return {
    measured: { width, height },
    handles: [
      { type: 'target', position: Position.Top, ...at(width / 2, 0) },
      ...ports.map((port, i) => ({
        id: port.id,
        type: 'source' as const,
        position: Position.Bottom,
        ...at(((i + 0.5) / ports.length) * width, height),
      })),
      { id: 'error', type: 'source', position: Position.Right, ...at(width, height / 2) },
    ],
  };
}
