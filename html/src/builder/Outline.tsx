import { words } from '../shared/format';
import type { Diagnostic, JsonObject } from '../shared/types';
import { Badge } from '../shared/ui/Badge';
import { IconButton } from '../shared/ui/Button';
import { Select } from '../shared/ui/Field';
import {
  connect,
  disconnect,
  edgesOf,
  nodesOf,
  portsOf,
  reconnect,
  removeNodes,
  startOf,
  typeOf,
  type Edge,
} from './graph';

interface OutlineProps {
  doc: JsonObject;
  found: readonly Diagnostic[];
  chosen: readonly string[];
  onChoose: (ids: string[]) => void;
  onChange: (doc: JsonObject) => void;
}

/** The same graph as a list: everything the canvas can do, without a mouse and without eyes. */
export function Outline(props: OutlineProps) {
  const { doc, found, chosen, onChoose, onChange } = props;
  const nodes = nodesOf(doc);
  const edges = edgesOf(doc);
  const start = startOf(doc);
  return (
    <ol aria-label="Outline of the graph" className="flex flex-col gap-3 overflow-y-auto p-4">
      {Object.entries(nodes).map(([id, node]) => {
        const errors = found.filter((d) => d.node_id === id && d.severity === 'error').length;
        return (
          <li key={id} className={`card px-4 py-3 ${chosen.includes(id) ? 'border-accent' : ''}`}>
            <div className="flex flex-wrap items-center gap-2">
              <button
                type="button"
                aria-pressed={chosen.includes(id)}
                onClick={() => onChoose([id])}
                className="min-w-0 flex-1 rounded text-left"
              >
                <span className="font-medium break-words">
                  {typeof node.description === 'string' ? node.description : id}
                </span>{' '}
                <code className="break-all text-faint">{id}</code>
              </button>
              <Badge>{words(typeOf(node))}</Badge>
              {start === id && <Badge tone="ok">Start</Badge>}
              {errors > 0 && <Badge tone="bad">{errors} wrong</Badge>}
              <IconButton
                icon="trash"
                name={`Remove ${id}`}
                className="size-7"
                onClick={() => onChange(removeNodes(doc, [id]))}
              />
            </div>
            <Ways
              doc={doc}
              id={id}
              edges={edges.filter((e) => e.source === id)}
              others={Object.keys(nodes)}
              onChange={onChange}
            />
          </li>
        );
      })}
    </ol>
  );
}

interface WaysProps {
  doc: JsonObject;
  id: string;
  edges: Edge[];
  others: string[];
  onChange: (doc: JsonObject) => void;
}

function Ways({ doc, id, edges, others, onChange }: WaysProps) {
  const node = nodesOf(doc)[id] ?? {};
  const free = portsOf(node).filter((p) => p.many || !edges.some((e) => e.port === p.id));
  if (edges.length === 0 && free.length === 0) return null;
  return (
    <ul aria-label={`Ways out of ${id}`} className="mt-2 flex flex-col gap-1.5">
      {edges.map((e) => (
        <li key={e.id} className="flex items-center gap-2">
          <span className="w-32 shrink-0 truncate text-right text-muted" title={e.label}>
            {e.label || 'next'}
          </span>
          <Select
            aria-label={`Where ${e.label || 'next'} of ${id} leads`}
            value={e.target}
            onChange={(event) => onChange(reconnect(doc, e, event.target.value))}
            className="max-w-64"
          >
            {others.map((other) => (
              <option key={other}>{other}</option>
            ))}
          </Select>
          <IconButton
            icon="close"
            name={`Cut the way from ${id} to ${e.target}`}
            className="size-7"
            onClick={() => onChange(disconnect(doc, e))}
          />
        </li>
      ))}
      {free.map((port) => (
        <li key={port.id} className="flex items-center gap-2">
          <span className="w-32 shrink-0 truncate text-right text-faint">{port.name}</span>
          <Select
            aria-label={`Lead ${port.name} of ${id} to`}
            value=""
            onChange={(event) => onChange(connect(doc, id, port.id, event.target.value))}
            className="max-w-64 text-faint"
          >
            <option value="">{port.many ? 'Add one …' : 'Leads nowhere yet'}</option>
            {others.map((other) => (
              <option key={other}>{other}</option>
            ))}
          </Select>
        </li>
      ))}
    </ul>
  );
}
