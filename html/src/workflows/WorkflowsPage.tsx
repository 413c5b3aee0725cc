import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useOpen, useQueryState } from '../shared/hooks';
import { StatusBadge } from '../shared/ui/Badge';
import { Button, ButtonLink } from '../shared/ui/Button';
import { Page } from '../shared/ui/Page';
import { Resource } from '../shared/ui/Resource';
import { Tabs } from '../shared/ui/Tabs';
import { pageOf } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import { listGraphs, listListRuns, listLists } from './api';
import { MakeDialog } from './MakeDialog';

const line = 'flex flex-wrap items-center gap-x-4 gap-y-1';

/** The two smaller kinds of workflows: graphs of agents, and lists of steps. */
export function WorkflowsPage() {
  const [tab, setTab] = useQueryState('tab', 'graphs');
  const [making, setMaking] = useOpen({ new: true });
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
      {making && <MakeDialog lists={lists} onClose={() => setMaking(null)} />}
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
