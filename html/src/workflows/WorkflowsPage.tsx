import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useQueryState } from '../shared/hooks';
import { isRecord, problemOf } from '../shared/problem';
import type { JsonObject } from '../shared/types';
import { StatusBadge } from '../shared/ui/Badge';
import { Button, ButtonLink } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Field, TextArea } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { Resource } from '../shared/ui/Resource';
import { Tabs } from '../shared/ui/Tabs';
import { pageOf } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import { listGraphs, listListRuns, listLists, makeGraph, makeList } from './api';

const line = 'flex flex-wrap items-center gap-x-4 gap-y-1';

/** The two smaller kinds of workflows: graphs of agents, and lists of steps. */
export function WorkflowsPage() {
  const [tab, setTab] = useQueryState('tab', 'graphs');
  const [making, setMaking] = useState(false);
  const lists = tab !== 'graphs';
  return (
    <Page
      title="Workflows"
      lead="Graphs of agents and lists of steps: smaller than procedures, with the same promises."
      actions={
        <>
          <ButtonLink href="/orders" icon="list">
            Orders
          </ButtonLink>
          <Button kind="primary" icon="plus" onClick={() => setMaking(true)}>
            {lists ? 'New list of steps' : 'New graph'}
          </Button>
        </>
      }
    >
      <Tabs
        name="Kinds of workflows"
        value={tab}
        onChange={setTab}
        tabs={[
          { id: 'graphs', name: 'Graphs', content: <Graphs /> },
          { id: 'lists', name: 'Lists of steps', content: <Lists /> },
          { id: 'runs', name: 'Runs of lists', content: <ListRuns /> },
        ]}
      />
      {making && <MakeDialog lists={lists} onClose={() => setMaking(false)} />}
    </Page>
  );
}

function Graphs() {
  const list = useQuery({ queryKey: ['workflows', 'graphs'], queryFn: listGraphs });
  return (
    <Resource
      query={list}
      name="Graphs"
      icon="layers"
      none={{
        title: 'No graphs yet',
        text: 'A graph has nodes that call agents and tools, ask people, and join again.',
      }}
      keyOf={(w) => w.id}
      row={(w) => (
        <Link href={pageOf('workflows', w.id, { kind: 'graph' })} className={line}>
          <span className="min-w-0 flex-1 basis-48">
            <span className="font-medium break-words">{w.name}</span>
            {w.description && <span className="block text-muted">{w.description}</span>}
          </span>
          <span className="text-muted tabular-nums">
            {w.node_count} nodes, version {w.version}
          </span>
          <span className="w-24 text-right text-muted">
            <Time at={w.created_at} />
          </span>
        </Link>
      )}
    />
  );
}

function Lists() {
  const list = useQuery({ queryKey: ['workflows', 'lists'], queryFn: listLists });
  return (
    <Resource
      query={list}
      name="Lists of steps"
      icon="list"
      none={{
        title: 'No lists yet',
        text: 'A list has steps that wait for others; a run of it may move an order.',
      }}
      keyOf={(w) => w.id}
      row={(w) => (
        <Link href={pageOf('workflows', w.id)} className={line}>
          <span className="min-w-0 flex-1 font-medium break-words">{w.name}</span>
          <span className="w-24 text-right text-muted">
            <Time at={w.created_at} />
          </span>
        </Link>
      )}
    />
  );
}

function ListRuns() {
  const list = useQuery({
    queryKey: ['workflows', 'runs'],
    queryFn: listListRuns,
    refetchInterval: 3000,
  });
  return (
    <Resource
      query={list}
      name="Runs of lists"
      icon="runs"
      none={{ title: 'None has run yet', text: 'Open a list of steps and start it.' }}
      keyOf={(r) => r.id}
      row={(r) => (
        <Link href={pageOf('workflows', r.workflow_id, { run: r.id })} className={line}>
          <span className="min-w-0 flex-1">
            <span className="font-medium">{r.workflow_name}</span>
            {r.order_id && <code className="block break-all text-faint">order {r.order_id}</code>}
          </span>
          <StatusBadge status={r.status} />
          <span className="w-24 text-right text-muted">
            <Time at={r.started_at} />
          </span>
        </Link>
      )}
    />
  );
}

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

function MakeDialog({ lists, onClose }: { lists: boolean; onClose: () => void }) {
  const [text, setText] = useState(() =>
    JSON.stringify(lists ? listExample : graphExample, null, 2),
  );
  const client = useQueryClient();
  const [, go] = useLocation();
  let body: JsonObject | null = null;
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) body = value as JsonObject;
  } catch {
    /* told below */
  }
  const send = useMutation({
    mutationFn: (value: JsonObject) => (lists ? makeList(value) : makeGraph(value)),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['workflows'] });
      go(pageOf('workflows', made.id, lists ? {} : { kind: 'graph' }));
    },
  });
  const errors = send.isError ? problemOf(send.error).body.errors : null;
  return (
    <Dialog
      wide
      title={lists ? 'New list of steps' : 'New graph'}
      lead="Write it, paste it, or choose a file."
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button
            kind="primary"
            busy={send.isPending}
            disabled={body === null}
            onClick={() => body && send.mutate(body)}
          >
            Create
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {send.isError && <ErrorNote title="Not created" error={send.error} />}
        {Array.isArray(errors) && (
          <ul className="list-disc pl-5 text-bad">
            {errors.map((e, i) => (
              <li key={i}>{typeof e === 'string' ? e : JSON.stringify(e)}</li>
            ))}
          </ul>
        )}
        <input
          type="file"
          accept=".json,application/json"
          aria-label="File"
          onChange={(event) => void event.target.files?.[0]?.text().then(setText)}
        />
        <Field label="Definition" error={body === null ? 'This is not a JSON object' : null}>
          {(tie) => (
            <TextArea
              {...tie}
              value={text}
              onChange={(e) => setText(e.target.value)}
              className="h-80 font-mono text-[0.8125rem]"
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
