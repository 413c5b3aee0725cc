import { useQuery } from '@tanstack/react-query';
import { useId, useMemo, useState } from 'react';
import { useLater, useQueryState, useTitle } from '../shared/hooks';
import { Button } from '../shared/ui/Button';
import { getSchema, listActions, listNodeTypes } from './api';
import { Canvas } from './Canvas';
import { DocumentForm } from './DocumentForm';
import { defsOf } from './fields';
import { addNode, freshDocument, keepNew } from './fresh';
import { hasGraph, nodesOf, pasteNodes, place, removeNodes } from './graph';
import { Inspector } from './Inspector';
import { JsonPanel } from './JsonPanel';
import { Outline } from './Outline';
import { Palette } from './Palette';
import { PublishDialog } from './PublishDialog';
import { useBench } from './store';
import { DraftNote, NoGraph, Route } from './Strips';
import { Toolbar, type Shape } from './Toolbar';
import { TryDialog } from './TryDialog';
import type { NodeType } from './types';
import { useBuilderKeys } from './useBuilderKeys';
import { arrangeAll, useCompiled, usePlaces, type useBuilder } from './useBuilder';

interface WorkbenchProps {
  id: string | undefined;
  builder: ReturnType<typeof useBuilder>;
}

/** Palette, graph or outline or text, and the form of what is chosen, side by side. */
export function Workbench({ id, builder }: WorkbenchProps) {
  const { stored } = builder;
  const bench = useBench();
  const { doc, change, chosen, choose, tried } = bench;
  const [shape, setShape] = useQueryState('show', 'canvas');
  const later = useLater();
  const [dialog, setDialog] = useState<'try' | 'publish' | null>(null);
  const [adding, setAdding] = useState(false);
  const actionsId = useId();
  useTitle(`${String(doc.name ?? doc.procedure_id ?? 'Builder')} · Builder`);

  const types = useQuery({ queryKey: ['node-types'], queryFn: listNodeTypes, staleTime: Infinity });
  const schema = useQuery({ queryKey: ['schema'], queryFn: getSchema, staleTime: Infinity });
  const actions = useQuery({ queryKey: ['actions'], queryFn: listActions, staleTime: 60_000 });
  const byType = useMemo(() => new Map((types.data ?? []).map((t) => [t.type, t])), [types.data]);
  const found = useCompiled(doc, builder.ready);
  const places = usePlaces(doc);
  const nodes = useMemo(() => nodesOf(doc), [doc]);
  const context = useMemo(
    () => ({ found, nodes: Object.keys(nodes), defs: defsOf(schema.data), actionsId }),
    [found, nodes, schema.data, actionsId],
  );

  const add = (type: NodeType, at?: { x: number; y: number }) => {
    const made = addNode(doc, type, at ?? below(chosen[0], places), places);
    change(made.doc);
    choose([made.id]);
  };
  const remove = () => {
    change(removeNodes(doc, chosen));
    choose([]);
  };
  useBuilderKeys({
    undo: bench.undo,
    redo: bench.redo,
    copy: () => {
      const picked = chosen.flatMap((c) => (nodes[c] ? [[c, nodes[c]] as const] : []));
      if (picked.length > 0) bench.copy(Object.fromEntries(picked));
    },
    paste: () => {
      if (Object.keys(bench.copied).length === 0) return;
      const { doc: next, ids } = pasteNodes(place(doc, places), bench.copied);
      change(next);
      choose(ids);
    },
  });

  const selected = chosen.length === 1 && chosen[0] && chosen[0] in nodes ? chosen[0] : null;
  const drawn = hasGraph(doc);
  const view: Shape = drawn ? (shape as Shape) : 'json';
  const from =
    stored.data && id !== undefined
      ? { id, version: stored.data.version, etag: stored.data.etag }
      : null;
  return (
    <div className="flex h-[calc(100dvh-6.75rem)] flex-col md:h-dvh">
      <Toolbar
        doc={doc}
        back={id === undefined ? '/procedures' : `/procedures/${encodeURIComponent(id)}`}
        found={found}
        saved={builder.saved}
        shape={view}
        onShape={setShape}
        onArrange={() => change(place(doc, arrangeAll(doc)))}
        onTry={from ? () => setDialog('try') : null}
        onPublish={() => setDialog('publish')}
      />
      {(builder.fromDraft !== null || id === undefined) && (
        <DraftNote
          isNew={id === undefined}
          onDrop={() => {
            if (id === undefined) keepNew(null);
            builder.setFromDraft(null);
            change(stored.data?.document ?? freshDocument());
          }}
        />
      )}
      <Route />
      {drawn && view !== 'json' && (
        <details
          open={adding}
          onToggle={(event) => setAdding(event.currentTarget.open)}
          className="max-h-[50dvh] overflow-y-auto border-b border-line px-4 py-2 lg:hidden"
        >
          <summary>Add a node</summary>
          <Palette
            types={types.data ?? []}
            onAdd={(type) => {
              setAdding(false);
              add(type);
            }}
          />
        </details>
      )}
      <div className="flex min-h-0 flex-1">
        {drawn && (
          <div className={palette}>
            <Palette types={types.data ?? []} onAdd={(type) => add(type)} />
          </div>
        )}
        <div className="flex min-w-0 flex-1">
          {(view === 'canvas' || view === 'split') && (
            <div className="min-w-0 flex-1 bg-ground">
              {later && (
                <Canvas
                  doc={doc}
                  places={places}
                  types={byType}
                  found={found}
                  route={tried?.simulated_route ?? none}
                  chosen={chosen}
                  division={view}
                  onChoose={choose}
                  onChange={(next) => change(next)}
                  onDropType={(name, at) => {
                    const type = byType.get(name);
                    if (type) add(type, at);
                  }}
                />
              )}
            </div>
          )}
          {view === 'outline' && (
            <div className="flex min-w-0 flex-1 flex-col bg-ground">
              <Outline
                doc={doc}
                found={found}
                chosen={chosen}
                onChoose={choose}
                onChange={(next) => change(next)}
              />
            </div>
          )}
          {(view === 'split' || view === 'json') && (
            <div className="min-w-0 flex-1 border-l border-line">
              {!drawn && <NoGraph />}
              <JsonPanel
                doc={doc}
                found={found}
                node={selected}
                onNode={(node) => node in nodes && choose([node])}
                onChange={(next) => change(next, 'json')}
              />
            </div>
          )}
        </div>
        {view !== 'json' && (
          <aside
            aria-label="Fields"
            className={`
              w-80 shrink-0 overflow-y-auto border-l border-line bg-surface xl:w-96
              ${selected ? sheet : 'max-md:hidden'}
            `}
          >
            {selected && (
              <p className="sticky top-0 flex justify-end bg-surface px-2 md:hidden">
                <Button size="small" kind="quiet" icon="close" onClick={() => choose([])}>
                  Back to the graph
                </Button>
              </p>
            )}
            {selected ? (
              <Inspector
                doc={doc}
                id={selected}
                types={byType}
                context={context}
                onChange={change}
                onRename={(next, to) => {
                  change(next);
                  choose([to]);
                }}
                onRemove={remove}
              />
            ) : (
              <DocumentForm
                doc={doc}
                context={context}
                onChange={change}
                onChoose={(node) => choose([node])}
              />
            )}
          </aside>
        )}
      </div>
      <datalist id={actionsId}>
        {(actions.data ?? []).map((a) => (
          <option key={a} value={a} />
        ))}
      </datalist>
      {dialog === 'try' && from && (
        <TryDialog
          id={from.id}
          version={from.version}
          doc={doc}
          onRoute={bench.show}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'publish' && (
        <PublishDialog doc={doc} from={from} found={found} onClose={() => setDialog(null)} />
      )}
    </div>
  );
}

const none: readonly string[] = [];

const palette =
  'hidden w-44 shrink-0 overflow-y-auto border-r border-line bg-ground lg:block';

/* on a phone the form of a node comes up from the foot */
const sheet =
  'max-md:fixed max-md:inset-x-0 max-md:bottom-14 max-md:z-30 max-md:max-h-[60dvh] ' +
  'max-md:w-full max-md:border-t max-md:shadow-float';

function below(
  id: string | undefined,
  places: ReadonlyMap<string, { x: number; y: number }>,
): { x: number; y: number } {
  const at = id === undefined ? undefined : places.get(id);
  if (at) return { x: at.x + 40, y: at.y + 130 };
  const all = [...places.values()];
  const left = Math.min(0, ...all.map((p) => p.x));
  return { x: left, y: Math.max(-130, ...all.map((p) => p.y)) + 130 };
}
