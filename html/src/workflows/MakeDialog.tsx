import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useSettled } from '../shared/hooks';
import { problemOf } from '../shared/problem';
import type { JsonObject } from '../shared/types';
import { Button } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Field, TextArea } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { Segments } from '../shared/ui/Segments';
import { pageOf } from '../shared/ui/TextLink';
import { changeGraph, checkGraph, makeGraph, makeList } from './api';
import { graphFamily, itemsOf, listFamily } from './draft';
import { DraftForm } from './DraftForm';
import { objectOf } from '../shared/form/json';
import { Levels, type Step } from './Levels';
import { levelsOf } from './levels';

const graphExample = {
  name: 'Look it up and say so',
  nodes: [
    {
      node_id: 'look',
      node_type: 'agent_call',
      action: 'match_order',
      inputs: { supplier: '$input.supplier' },
    },
    { node_id: 'ask', node_type: 'human_gate', config: { prompt: 'Is that right?' } },
  ],
  edges: [{ from_node_id: 'look', to_node_id: 'ask' }],
};

const listExample = {
  name: 'Fulfil an order',
  steps: [
    { id: 'validate', type: 'task', config: { action: 'validate_order', duration_seconds: 0.2 } },
    {
      id: 'charge',
      type: 'task',
      depends_on: ['validate'],
      config: { action: 'charge_payment', duration_seconds: 0.2, max_retries: 2 },
    },
    { id: 'ship', type: 'task', depends_on: ['charge'], config: { action: 'ship_order' } },
  ],
};

interface MakeDialogProps {
  lists: boolean;
  /** A graph that is changed. */
  graph?: { id: string; def: JsonObject };
  onClose: () => void;
}

const shapes = [
  { value: 'form', name: 'Form' },
  { value: 'json', name: 'JSON' },
] as const;

/** A graph or a list, as a form or as text; both say the same at any time. */
export function MakeDialog({ lists, graph, onClose }: MakeDialogProps) {
  const family = lists ? listFamily : graphFamily;
  const [shape, setShape] = useState<'form' | 'json'>('form');
  const [text, setText] = useState(() =>
    JSON.stringify(graph?.def ?? (lists ? listExample : graphExample), null, 2),
  );
  const client = useQueryClient();
  const [, go] = useLocation();
  const def = objectOf(text);
  const send = useMutation({
    mutationFn: async (body: JsonObject) => {
      if (graph) return changeGraph(graph.id, body);
      return lists ? makeList(body) : makeGraph(body);
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['workflows'] });
      if (graph) onClose();
      else go(pageOf('workflows', made.id, lists ? {} : { kind: 'graph' }));
    },
  });
  const what = lists ? 'list of steps' : 'graph';
  const errors = send.isError ? problemOf(send.error).body.errors : null;
  return (
    <Dialog
      wide
      title={graph ? `Change the ${what}` : `New ${what}`}
      lead={
        graph
          ? 'What makes it run differently is a new version; runs keep theirs.'
          : 'Fill it in, paste it, or choose a file.'
      }
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button
            kind="primary"
            busy={send.isPending}
            disabled={def === null}
            onClick={() => def && send.mutate(def)}
          >
            {graph ? 'Save' : 'Create'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <div className="flex flex-wrap items-center gap-3">
          <Segments name="Shape" options={shapes} value={shape} onChange={setShape} />
          <input
            type="file"
            accept=".json,application/json"
            aria-label="File"
            onChange={(event) => void event.target.files?.[0]?.text().then(setText)}
          />
        </div>
        {send.isError && <ErrorNote title="Not stored" error={send.error} />}
        {Array.isArray(errors) && <Faults list={errors} />}
        {def && <Preview def={def} text={text} lists={lists} />}
        {shape === 'form' && def && (
          <DraftForm
            family={family}
            def={def}
            onDef={(next) => {
              setText(JSON.stringify(next, null, 2));
              if (send.isError) send.reset();
            }}
          />
        )}
        {(shape === 'json' || !def) && (
          <Field label="Definition" error={def === null ? 'This is not a JSON object' : null}>
            {(tie) => (
              <TextArea
                {...tie}
                value={text}
                onChange={(e) => setText(e.target.value)}
                className="h-80 font-mono text-[0.8125rem]"
              />
            )}
          </Field>
        )}
      </div>
    </Dialog>
  );
}

function Faults({ list }: { list: readonly unknown[] }) {
  return (
    <ul aria-label="What is wrong" className="list-disc pl-5 break-words text-bad">
      {list.map((e, i) => (
        <li key={i}>{typeof e === 'string' ? e : JSON.stringify(e)}</li>
      ))}
    </ul>
  );
}

/** The levels of what is written, or what the server would refuse in it. */
function Preview({ def, text, lists }: { def: JsonObject; text: string; lists: boolean }) {
  const settled = useSettled(text, 300);
  const found = useQuery({
    queryKey: ['workflows', 'check', settled],
    queryFn: () => checkGraph(objectOf(settled) ?? {}),
    enabled: !lists && objectOf(settled) !== null,
    placeholderData: (before) => before,
    retry: false,
  });
  const items = itemsOf(lists ? listFamily : graphFamily, def);
  const levels = lists
    ? levelsOf(items.map((i) => ({ id: i.id, depends_on: i.after })))
    : (found.data?.execution_levels ?? []);
  const steps = new Map(
    items.map((i): [string, Step] => {
      const config = i.body.config as JsonObject | undefined;
      const kind = lists ? config?.action : i.body.node_type;
      const what = typeof kind === 'string' ? kind : '';
      return [i.id, { id: i.id, name: i.id, what, status: null, ms: null, note: null }];
    }),
  );
  return (
    <>
      {found.isError && <Faults list={[problemOf(found.error).sentence]} />}
      {found.data?.valid === false && <Faults list={found.data.errors} />}
      {levels.length > 0 && <Levels levels={levels} steps={steps} />}
    </>
  );
}
