import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { drawGraph } from '../shared/graph/layout';
import type { Graph } from '../shared/graph/types';
import { useSettled } from '../shared/hooks';
import { keys } from '../shared/query';
import type { Diagnostic, JsonObject } from '../shared/types';
import { compile, getDraft, getStored, putDraft } from './api';
import { freshDocument, keepNew, keptNew } from './fresh';
import { edgesOf, nodesOf, positionOf, startOf, typeOf } from './graph';
import { useBench } from './store';

export type Saved = 'no' | 'saving' | 'saved' | 'failed';

/** What is edited: loaded once, kept as a draft while it changes. */
export function useBuilder(id: string | undefined, version: string) {
  const doc = useBench((b) => b.doc);
  const begin = useBench((b) => b.load);
  const [ready, setReady] = useState(false);
  const [fromDraft, setFromDraft] = useState<string | null>(null);
  const loaded = useRef<JsonObject | null>(null);

  const stored = useQuery({
    queryKey: [...keys.procedures, 'builder', id, version],
    queryFn: async () => {
      const found = await getStored(id ?? '', version);
      return { ...found, draft: await getDraft(id ?? '', found.version) };
    },
    enabled: id !== undefined,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });

  const load = (doc: JsonObject) => {
    loaded.current = doc;
    begin(doc);
    setReady(true);
  };
  useEffect(() => {
    if (id === undefined) load(keptNew() ?? freshDocument());
    else if (stored.data) {
      const { draft, document } = stored.data;
      setFromDraft(draft.draft ? draft.updated_at : null);
      load(draft.draft ?? document);
    }
  }, [id, stored.data]);

  const saved = useAutosave(doc, ready && doc !== loaded.current, id, stored.data?.version);
  return { ready, stored, fromDraft, setFromDraft, saved };
}

function useAutosave(
  doc: JsonObject,
  changed: boolean,
  id: string | undefined,
  version: string | undefined,
): Saved {
  const [saved, setSaved] = useState<Saved>('no');
  useEffect(() => {
    if (!changed) return;
    setSaved('saving');
    const timer = setTimeout(() => {
      if (id === undefined) {
        keepNew(doc);
        setSaved('saved');
      } else if (version !== undefined) {
        putDraft(id, version, doc).then(
          () => setSaved('saved'),
          () => setSaved('failed'),
        );
      }
    }, 1000);
    return () => clearTimeout(timer);
  }, [doc, changed, id, version]);
  return saved;
}

/** What the compiler says, while one writes. */
export function useCompiled(doc: JsonObject, ready: boolean): Diagnostic[] {
  const settled = useSettled(doc, 350);
  const found = useQuery({
    queryKey: ['compile', settled],
    queryFn: ({ signal }) => compile(settled, signal),
    enabled: ready,
    placeholderData: (before) => before,
    staleTime: Infinity,
    gcTime: 5000,
  });
  return useMemo(
    () => (found.data ? [...found.data.errors, ...found.data.warnings] : []),
    [found.data],
  );
}

/** Where each node stands: as the document says, otherwise as a layout has it. */
export function usePlaces(doc: JsonObject): Map<string, { x: number; y: number }> {
  const nodes = nodesOf(doc);
  const shape = JSON.stringify([Object.keys(nodes), edgesOf(doc).map((e) => [e.source, e.target])]);
  const lacking = Object.values(nodes).some((node) => positionOf(node) === null);
  const arranged = useMemo(
    () => (lacking ? arrangeAll(doc) : new Map<string, { x: number; y: number }>()),
    // the shape is what the layout depends on
    [shape, lacking],
  );
  return useMemo(
    () =>
      new Map(
        Object.entries(nodes).map(([id, node]) => [
          id,
          positionOf(node) ?? arranged.get(id) ?? { x: 0, y: 0 },
        ]),
      ),
    [doc, arranged],
  );
}

/** All nodes in layers from the start downwards. */
export function arrangeAll(doc: JsonObject): Map<string, { x: number; y: number }> {
  const start = startOf(doc);
  const graph: Graph = {
    nodes: Object.entries(nodesOf(doc)).map(([id, node]) => ({
      id,
      type: typeOf(node),
      data: {
        label: id,
        description: null,
        agent: null,
        color: '',
        isStart: id === start,
        isEnd: false,
        stepCount: 0,
      },
    })),
    edges: edgesOf(doc).map((e) => ({
      id: e.id,
      source: e.source,
      target: e.target,
      label: e.label,
    })),
  };
  return new Map(drawGraph(graph).nodes.map(({ node, x, y }) => [node.id, { x, y: y * 1.15 }]));
}
