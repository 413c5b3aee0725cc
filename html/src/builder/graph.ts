import { isRecord } from '../shared/problem';
import type { Json, JsonObject } from '../shared/types';

/*
 * A procedure's document seen as a graph, and changes of the graph as changes of the document.
 * Nothing here draws; nothing changes what it was given.
 */

export type Path = (string | number)[];

/** A place in a node that names another node. */
export interface Slot {
  path: Path;
  label: string;
  target: string;
  port: string;
  /** Taken when something went wrong. */
  error: boolean;
}

export interface Edge extends Slot {
  id: string;
  source: string;
}

/** A way out of a node, as it stands on the canvas. */
export interface Port {
  id: string;
  name: string;
  /** As often as one likes, or once. */
  many: boolean;
}

export function nodesOf(doc: JsonObject): Record<string, JsonObject> {
  const graph = doc.workflow_graph;
  const nodes = isRecord(graph) ? graph.nodes : undefined;
  if (!isRecord(nodes)) return {};
  return Object.fromEntries(
    Object.entries(nodes).filter((e): e is [string, JsonObject] => isRecord(e[1])),
  );
}

export function startOf(doc: JsonObject): string | null {
  const graph = doc.workflow_graph;
  const start = isRecord(graph) ? graph.start_node : null;
  return typeof start === 'string' ? start : null;
}

export function typeOf(node: JsonObject): string {
  return typeof node.type === 'string' ? node.type : '';
}

/** May this document be drawn?  Those of other forms are only text. */
export function hasGraph(doc: JsonObject): boolean {
  return isRecord(doc.workflow_graph) && isRecord(doc.workflow_graph.nodes);
}

const one = (id: string, name: string): Port => ({ id, name, many: false });
const next = one('next_node', 'next');

const ports: Record<string, Port[]> = {
  logic: [{ id: 'rules', name: 'when …', many: true }, one('default_next_node', 'else')],
  loop: [one('body_node', 'each'), next],
  parallel: [{ id: 'branches', name: 'branch', many: true }, next],
  verification: [one('on_pass', 'holds'), one('on_fail', 'does not')],
  human_approval: [one('on_approve', 'yes'), one('on_reject', 'no'), one('on_timeout', 'too late')],
  terminate: [],
};

/** The ways out of a node, by its type and by how it decides. */
export function portsOf(node: JsonObject): Port[] {
  const type = typeOf(node);
  if (type === 'logic' && 'condition' in node)
    return [one('on_true', 'yes'), one('on_false', 'no')];
  if (type === 'llm_action' && node.orchestration_mode === true) {
    return [{ id: 'branches', name: 'may choose', many: true }, one('default_branch', 'else')];
  }
  if (type === 'human_approval' && Array.isArray(node.options) && node.options.length > 0) {
    return [...node.options.map((o) => one(`option:${optionOf(o)}`, optionOf(o))), next];
  }
  return ports[type] ?? [next];
}

function optionOf(option: Json): string {
  if (isRecord(option)) return String(option.value ?? '');
  return String(option);
}

const single: [member: string, label: string][] = [
  ['next_node', ''],
  ['default_next_node', 'else'],
  ['on_true', 'yes'],
  ['on_false', 'no'],
  ['body_node', 'each'],
  ['on_pass', 'holds'],
  ['on_fail', 'does not'],
  ['on_approve', 'yes'],
  ['on_reject', 'no'],
  ['on_timeout', 'too late'],
  ['default_branch', 'else'],
];

/** Every place of a node that names another one. */
export function slotsOf(node: JsonObject): Slot[] {
  const slots: Slot[] = [];
  const add = (
    path: Path,
    target: Json | undefined,
    label: string,
    port: string,
    error = false,
  ) => {
    if (typeof target === 'string' && target !== '')
      slots.push({ path, target, label, port, error });
  };
  list(node.rules).forEach((rule, i) => {
    if (!isRecord(rule)) return;
    const label = text(rule.label) || text(rule.condition);
    add(['rules', i, 'next_node'], rule.next_node as Json, label, 'rules');
  });
  list(node.branches).forEach((branch, i) => {
    if (!isRecord(branch)) add(['branches', i], branch, '', 'branches');
    else {
      const member = ['start_node', 'next_node', 'node'].find((m) => m in branch) ?? 'start_node';
      const label = text(branch.branch_id) || text(branch.condition);
      add(['branches', i, member], branch[member] as Json, label, 'branches');
    }
  });
  for (const [member, label] of single) add([member], node[member], label, member);
  if (isRecord(node.option_routes)) {
    for (const [option, target] of Object.entries(node.option_routes)) {
      add(['option_routes', option], target as Json, option, `option:${option}`);
    }
  }
  list(node.options).forEach((option, i) => {
    if (!isRecord(option)) return;
    const value = optionOf(option as Json);
    add(['options', i, 'next_node'], option.next_node as Json, value, `option:${value}`);
  });
  add(['on_error'], node.on_error, 'error', 'error', true);
  list(node.error_handlers).forEach((handler, i) => {
    if (!isRecord(handler)) return;
    const label = text(handler.error_type) || 'error';
    add(
      ['error_handlers', i, 'fallback_node'],
      handler.fallback_node as Json,
      label,
      'error',
      true,
    );
  });
  return slots;
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The edges between nodes that are there. */
export function edgesOf(doc: JsonObject): Edge[] {
  const nodes = nodesOf(doc);
  return Object.entries(nodes).flatMap(([source, node]) =>
    slotsOf(node)
      .filter((slot) => slot.target in nodes)
      .map((slot) => ({ ...slot, source, id: `${source}|${slot.path.join('/')}` })),
  );
}

/** The document with its nodes replaced. */
export function withNodes(doc: JsonObject, nodes: Record<string, JsonObject>): JsonObject {
  const graph = isRecord(doc.workflow_graph) ? (doc.workflow_graph as JsonObject) : {};
  return { ...doc, workflow_graph: { ...graph, nodes } };
}

export function withNode(doc: JsonObject, id: string, node: JsonObject): JsonObject {
  return withNodes(doc, { ...nodesOf(doc), [id]: node });
}

/** A value with another one at a path; undefined takes the member or element away. */
export function setAt(value: Json, path: Path, to: Json | undefined): Json {
  const [key, ...rest] = path;
  if (key === undefined) return to ?? null;
  if (typeof key === 'number') {
    const array = Array.isArray(value) ? [...value] : [];
    if (rest.length === 0 && to === undefined) array.splice(key, 1);
    else array[key] = setAt(array[key] ?? null, rest, to);
    return array;
  }
  const object: JsonObject = isRecord(value) ? { ...(value as JsonObject) } : {};
  if (rest.length === 0 && to === undefined) delete object[key];
  else object[key] = setAt(object[key] ?? null, rest, to);
  return object;
}

export function setInNode(
  doc: JsonObject,
  id: string,
  path: Path,
  to: Json | undefined,
): JsonObject {
  const node = nodesOf(doc)[id];
  return node ? withNode(doc, id, setAt(node, path, to) as JsonObject) : doc;
}

/** Leads a way out of a node to another one. */
export function connect(doc: JsonObject, source: string, port: string, target: string): JsonObject {
  const node = nodesOf(doc)[source];
  if (!node || !(target in nodesOf(doc))) return doc;
  if (port === 'rules') {
    const rule = { condition: '', next_node: target };
    return setInNode(doc, source, ['rules', list(node.rules).length], rule);
  }
  if (port === 'branches') {
    const n = list(node.branches).length;
    const branch =
      typeOf(node) === 'parallel' ? { branch_id: `branch_${n + 1}`, start_node: target } : target;
    return setInNode(doc, source, ['branches', n], branch);
  }
  if (port.startsWith('option:')) {
    return setInNode(doc, source, ['option_routes', port.slice('option:'.length)], target);
  }
  return setInNode(doc, source, [port === 'error' ? 'on_error' : port], target);
}

export function reconnect(doc: JsonObject, edge: Edge, target: string): JsonObject {
  return target in nodesOf(doc) ? setInNode(doc, edge.source, edge.path, target) : doc;
}

/** Takes an edge away; a rule or branch goes with it. */
export function disconnect(doc: JsonObject, edge: Edge): JsonObject {
  const whole = edge.path[0] === 'rules' || edge.path[0] === 'branches';
  return setInNode(doc, edge.source, whole ? edge.path.slice(0, 2) : edge.path, undefined);
}

/** An id that nobody has: `sequence`, `sequence_2`, … */
export function freeId(doc: JsonObject, wish: string): string {
  const nodes = nodesOf(doc);
  if (!(wish in nodes)) return wish;
  const stem = wish.replace(/_\d+$/, '');
  for (let n = 2; ; n++) if (!(`${stem}_${n}` in nodes)) return `${stem}_${n}`;
}

/** Takes nodes away, with every way that led to them. */
export function removeNodes(doc: JsonObject, ids: readonly string[]): JsonObject {
  const gone = new Set(ids);
  const cut = edgesOf(doc)
    .filter((e) => gone.has(e.target) && !gone.has(e.source))
    /* from the end, so that the places of the others stay */
    .reverse()
    .reduce(disconnect, doc);
  const left = Object.entries(nodesOf(cut)).filter(([id]) => !gone.has(id));
  const without = withNodes(cut, Object.fromEntries(left));
  const start = startOf(doc);
  if (start === null || !gone.has(start)) return without;
  return withStart(without, left[0]?.[0] ?? null);
}

export function withStart(doc: JsonObject, id: string | null): JsonObject {
  const graph = isRecord(doc.workflow_graph) ? (doc.workflow_graph as JsonObject) : {};
  return { ...doc, workflow_graph: { ...graph, start_node: id } };
}

/** Another id for a node, wherever it is named. */
export function renameNode(doc: JsonObject, from: string, to: string): JsonObject {
  const nodes = nodesOf(doc);
  if (!(from in nodes) || to in nodes || to.trim() === '') return doc;
  const led = edgesOf(doc)
    .filter((e) => e.target === from)
    .reduce((d, e) => setInNode(d, e.source, e.path, to), doc);
  const renamed = Object.entries(nodesOf(led)).map(([id, node]): [string, JsonObject] => [
    id === from ? to : id,
    node,
  ]);
  const done = withNodes(led, Object.fromEntries(renamed));
  return startOf(doc) === from ? withStart(done, to) : done;
}

/** Copies of nodes beside them; ways among the copies lead to the copies, others nowhere. */
export function pasteNodes(
  doc: JsonObject,
  copied: Record<string, JsonObject>,
): { doc: JsonObject; ids: string[] } {
  const names = new Map<string, string>();
  let grown = doc;
  for (const id of Object.keys(copied)) {
    const name = freeId(grown, id);
    names.set(id, name);
    grown = withNode(grown, name, {});
  }
  for (const [id, node] of Object.entries(copied)) {
    let copy: JsonObject = structuredClone(node);
    for (const slot of slotsOf(node).reverse()) {
      const target = names.get(slot.target);
      const whole = slot.path[0] === 'rules' || slot.path[0] === 'branches';
      const path = target === undefined && whole ? slot.path.slice(0, 2) : slot.path;
      copy = setAt(copy, path, target) as JsonObject;
    }
    const at = positionOf(node);
    if (at) copy.position = { x: at.x + 40, y: at.y + 40 };
    grown = withNode(grown, names.get(id) ?? id, copy);
  }
  return { doc: grown, ids: [...names.values()] };
}

export function positionOf(node: JsonObject): { x: number; y: number } | null {
  const p = node.position;
  if (!isRecord(p) || typeof p.x !== 'number' || typeof p.y !== 'number') return null;
  return { x: p.x, y: p.y };
}

/** Writes where nodes stand into the document. */
export function place(
  doc: JsonObject,
  places: ReadonlyMap<string, { x: number; y: number }>,
): JsonObject {
  const nodes = Object.entries(nodesOf(doc)).map(([id, node]): [string, JsonObject] => {
    const at = places.get(id);
    if (!at) return [id, node];
    return [id, { ...node, position: { x: Math.round(at.x), y: Math.round(at.y) } }];
  });
  return withNodes(doc, Object.fromEntries(nodes));
}
