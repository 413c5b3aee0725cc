import { memo } from 'react';
import { duration, words } from '../format';
import { box, type Drawn, type Placed } from './rows';
import { nodeLooks } from './status';
import type { NodeProgress } from './types';

/* The pieces of the drawing. */

export function Arrow({ id, className }: { id: string; className: string }) {
  return (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX="7"
      refY="4"
      markerWidth="7"
      markerHeight="7"
      orient="auto"
    >
      <path d="M0 0l8 4-8 4z" className={className} />
    </marker>
  );
}

interface BoxProps {
  placed: Placed;
  lit: boolean;
  progress: NodeProgress | undefined;
  dim: boolean;
  onChoose: ((id: string) => void) | undefined;
}

export const Box = memo(function Box(props: BoxProps) {
  const { placed, lit, progress, dim, onChoose } = props;
  const { node, x, y } = placed;
  const { label, color } = node.data;
  const look = progress ? nodeLooks[progress.status] : null;
  const line = look?.stroke ?? 'stroke-edge';
  const told = [
    look?.name ?? words(node.type),
    progress && progress.ms > 0 && duration(progress.ms),
  ];
  return (
    <g
      transform={`translate(${x} ${y})`}
      onClick={() => onChoose?.(node.id)}
      className={`${onChoose ? 'cursor-pointer' : ''} ${dim ? 'opacity-55' : ''}`}
    >
      <title>{label}</title>
      <rect
        width={box.width}
        height={box.height}
        rx="10"
        className={`${look?.fill ?? 'fill-surface'} ${lit ? 'stroke-accent' : line}`}
        strokeWidth={lit || look ? 2 : 1}
      />
      <rect x="10" y="12" width="4" height={box.height - 24} rx="2" fill={color} />
      <text x="24" y="23" className="fill-ink text-[0.8125rem] font-medium">
        {cut(label, 23)}
      </text>
      <text x="24" y="41" className={`${look?.text ?? 'fill-faint'} text-[0.6875rem]`}>
        {cut(told.filter(Boolean).join(' · '), 30)}
      </text>
      {progress && progress.visits > 1 && (
        <text x={box.width - 12} y="41" textAnchor="end" className="fill-muted text-[0.6875rem]">
          ×{progress.visits}
        </text>
      )}
      {progress?.status === 'running' && (
        <circle cx={box.width - 14} cy="18" r="4" className="breathing fill-busy" />
      )}
    </g>
  );
});

interface EdgeProps {
  drawn: Drawn;
  lit: boolean;
  taken: boolean;
}

export const Edge = memo(function Edge({ drawn, lit, taken }: EdgeProps) {
  const { edge, path, label } = drawn;
  const strong = lit || taken;
  return (
    <g>
      <path
        d={path}
        fill="none"
        markerEnd={`url(#arrow${strong ? '-taken' : ''})`}
        className={strong ? 'stroke-accent' : 'stroke-edge'}
        strokeWidth={strong ? 2 : 1.4}
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
});

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
