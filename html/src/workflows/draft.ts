import { isRecord } from '../shared/problem';
import type { Json, JsonObject } from '../shared/types';

/*
 * Graphs and lists as they are written, and changes of them.  The definition is what is sent:
 * members that no form knows stay as they are.
 */

export const nodeTypes = [
  'agent_call', 'tool_call', 'human_gate', 'condition', 'parallel', 'join', 'start', 'end',
] as const;

export interface Item {
  id: string;
  /** Those before it, in the order of the definition. */
  after: string[];
  body: JsonObject;
}

export interface Family {
  /** The member with the nodes or steps, and that with their name. */
  items: 'nodes' | 'steps';
  id: 'node_id' | 'id';
}

export const graphFamily: Family = { items: 'nodes', id: 'node_id' };
export const listFamily: Family = { items: 'steps', id: 'id' };

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value.filter(isRecord) as JsonObject[]) : [];
}

export function itemsOf(f: Family, def: JsonObject): Item[] {
  const edges = listOf(def.edges);
  return listOf(def[f.items]).map((body) => {
    const id = String(body[f.id] ?? '');
    const after =
      f.items === 'nodes'
        ? edges.filter((e) => e.to_node_id === id).map((e) => String(e.from_node_id))
        : Array.isArray(body.depends_on)
          ? body.depends_on.map(String)
          : [];
    return { id, after, body };
  });
}

/** Changes members of an item; undefined takes one away. */
export function change(
  f: Family,
  def: JsonObject,
  at: number,
  changes: Record<string, Json | undefined>,
): JsonObject {
  return {
    ...def,
    [f.items]: listOf(def[f.items]).map((body, i) => (i === at ? merge(body, changes) : body)),
  };
}

export function merge(body: JsonObject, changes: Record<string, Json | undefined>): JsonObject {
  const next = { ...body };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete next[name];
    else next[name] = value;
  }
  return next;
}

/** Another name, also where others wait for it or read what it gave. */
export function rename(f: Family, def: JsonObject, at: number, to: string): JsonObject {
  const from = itemsOf(f, def)[at]?.id ?? '';
  const own = itemsOf(f, def)[at]?.body.name === from ? { name: to } : {};
  const next = change(f, def, at, { [f.id]: to, ...own });
  const by = (id: Json | undefined) => (id === from ? to : (id ?? null));
  if (f.items === 'steps') {
    return {
      ...next,
      steps: listOf(next.steps).map((s) =>
        Array.isArray(s.depends_on) ? { ...s, depends_on: s.depends_on.map(by) } : s,
      ),
    };
  }
  return {
    ...next,
    nodes: listOf(next.nodes).map((n) => ({ ...n, ...referring(n, from, to) })),
    edges: listOf(next.edges).map((e) => ({
      ...e,
      from_node_id: by(e.from_node_id),
      to_node_id: by(e.to_node_id),
    })),
  };
}

/* `$look.price` in inputs, and the node that stands in */
function referring(node: JsonObject, from: string, to: string): JsonObject {
  const next: JsonObject = {};
  if (node.fallback_node_id === from) next.fallback_node_id = to;
  if (isRecord(node.inputs)) {
    next.inputs = Object.fromEntries(
      Object.entries(node.inputs as JsonObject).map(([name, value]) => {
        const mine = typeof value === 'string' && new RegExp(`^\\$${escape(from)}(?=\\.|$)`);
        return [name, mine ? String(value).replace(mine, () => `$${to}`) : value];
      }),
    );
  }
  return next;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Whether an item waits for another one. */
export function wait(f: Family, def: JsonObject, at: number, on: string, is: boolean): JsonObject {
  const item = itemsOf(f, def)[at];
  if (!item || item.after.includes(on) === is) return def;
  if (f.items === 'steps') {
    const after = is ? [...item.after, on] : item.after.filter((id) => id !== on);
    return change(f, def, at, { depends_on: after.length > 0 ? after : undefined });
  }
  const edges = listOf(def.edges);
  return {
    ...def,
    edges: is
      ? [...edges, { from_node_id: on, to_node_id: item.id }]
      : edges.filter((e) => e.from_node_id !== on || e.to_node_id !== item.id),
  };
}

/** A new item that waits for the last one. */
export function add(f: Family, def: JsonObject): JsonObject {
  const items = itemsOf(f, def);
  const taken = new Set(items.map((i) => i.id));
  let n = items.length + 1;
  const word = f.items === 'nodes' ? 'node' : 'step';
  while (taken.has(`${word}_${n}`)) n++;
  const id = `${word}_${n}`;
  const body: JsonObject =
    f.items === 'nodes'
      ? { node_id: id, node_type: 'agent_call' }
      : { id, type: 'task', config: { action: 'validate_order' } };
  const next = { ...def, [f.items]: [...listOf(def[f.items]), body] };
  const last = items.at(-1);
  return last ? wait(f, next, items.length, last.id, true) : next;
}

/** Takes an item away; what waited for it waits for what it waited for. */
export function remove(f: Family, def: JsonObject, at: number): JsonObject {
  const items = itemsOf(f, def);
  const gone = items[at];
  if (!gone) return def;
  let next: JsonObject = def;
  items.forEach((item, i) => {
    if (!item.after.includes(gone.id)) return;
    next = wait(f, next, i, gone.id, false);
    for (const before of gone.after) next = wait(f, next, i, before, true);
  });
  for (const before of gone.after) next = wait(f, next, at, before, false);
  return { ...next, [f.items]: listOf(next[f.items]).filter((_, i) => i !== at) };
}
