import type { JsonObject } from '../shared/types';
import { freeId, nodesOf, place, startOf, withNode, withStart } from './graph';
import type { NodeType } from './types';

/** Where one begins who builds from nothing: one step and the end. */
export function freshDocument(): JsonObject {
  return {
    procedure_id: 'new-procedure',
    version: '1.0.0',
    name: 'A new procedure',
    description: '',
    status: 'draft',
    variables_schema: {},
    workflow_graph: {
      start_node: 'begin',
      nodes: {
        begin: {
          type: 'sequence',
          description: 'Begin',
          steps: [{ step_id: 'say', action: 'log', params: { message: 'It runs' } }],
          next_node: 'end',
        },
        end: { type: 'terminate', description: 'End', status: 'success' },
      },
    },
  };
}

const beginnings: Record<string, JsonObject> = {
  sequence: { steps: [] },
  logic: { rules: [] },
  loop: { iterator: '', iterator_variable: 'item' },
  parallel: { branches: [], wait_strategy: 'all' },
  processing: { operations: [] },
  verification: { checks: [] },
  llm_action: { prompt: '' },
  human_approval: { prompt: 'Do you agree?', decision_type: 'approve_reject' },
  transform: { transformations: [] },
  subflow: { procedure_id: '' },
  terminate: { status: 'success' },
  dag: { tasks: [] },
};

const members: Record<string, string> = { sequence: 'steps', terminate: 'end' };

/** A node of a type, with what it needs to be filled in; the first one is the start. */
export function addNode(
  doc: JsonObject,
  type: NodeType,
  at: { x: number; y: number },
  places: ReadonlyMap<string, { x: number; y: number }>,
): { doc: JsonObject; id: string } {
  const id = freeId(doc, members[type.type] ?? type.type);
  const node = {
    type: type.type,
    description: type.title,
    ...structuredClone(beginnings[type.type] ?? {}),
    position: { x: Math.round(at.x), y: Math.round(at.y) },
  };
  /* the others stay where they are seen, also those that had no place of their own */
  const grown = withNode(place(doc, places), id, node);
  const first = startOf(doc) === null || Object.keys(nodesOf(doc)).length === 0;
  return { doc: first ? withStart(grown, id) : grown, id };
}

const key = 'langorch.builder.new';

/** What is being built has no place on the server before it is published. */
export function keptNew(): JsonObject | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return typeof value === 'object' ? (value as JsonObject | null) : null;
  } catch {
    return null;
  }
}

export function keepNew(doc: JsonObject | null): void {
  try {
    if (doc === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(doc));
  } catch {
    /* no storage: it holds until the page is closed */
  }
}
