import { words } from '../shared/format';
import { Badge, StatusBadge } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { EmptyState } from '../shared/ui/Notes';
import { Facts } from '../shared/ui/Page';
import { Time } from '../shared/ui/Time';
import type { Agent } from './types';

interface AgentsViewProps {
  agents: Agent[];
  checking: string | null;
  onAct: (agent: Agent, act: Act) => void;
}

export type Act = 'check' | 'try' | 'sync' | 'open' | 'close' | 'edit' | 'remove';

export function AgentsView({ agents, checking, onAct }: AgentsViewProps) {
  if (agents.length === 0) {
    return (
      <div className="card">
        <EmptyState icon="agents" title="No agents yet">
          An agent is any HTTP service that answers <code>POST /execute</code>. Register it by its
          name, channel and address.
        </EmptyState>
      </div>
    );
  }
  return (
    <ul aria-label="Agents" className="grid items-start gap-4 md:grid-cols-2 xl:grid-cols-3">
      {agents.map((agent) => (
        <Card key={agent.agent_id} agent={agent} busy={checking === agent.agent_id} onAct={onAct} />
      ))}
    </ul>
  );
}

function Card({
  agent: a,
  busy,
  onAct,
}: {
  agent: Agent;
  busy: boolean;
  onAct: (agent: Agent, act: Act) => void;
}) {
  return (
    <li className="card overflow-hidden">
      <header className="flex items-start gap-3 px-4 pt-3">
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold break-words">{a.name}</h2>
          <code className="break-all text-faint">{a.agent_id}</code>
        </div>
        <StatusBadge status={a.status} />
      </header>
      <Facts
        facts={[
          ['Channel', a.channel],
          [
            'Address',
            <code key="url" className="break-all">
              {a.base_url}
            </code>,
          ],
          ['In use', `${a.active_leases ?? 0} of ${a.concurrency_limit}`],
          ['Circuit', a.circuit_state && words(a.circuit_state)],
          ['Seen', a.last_heartbeat_at && <Time at={a.last_heartbeat_at} />],
        ]}
      />
      {a.last_error && (
        <p className="px-4 pb-2 break-words text-bad">Last failure: {a.last_error}</p>
      )}
      <p className="flex flex-wrap gap-1 px-4 pb-3">
        {a.capabilities.slice(0, 8).map((c) => (
          <Badge key={c.name}>{c.name === '*' ? 'every action' : c.name}</Badge>
        ))}
        {a.capabilities.length > 8 && <Badge>{a.capabilities.length - 8} more</Badge>}
      </p>
      <footer className="flex flex-wrap items-center gap-1.5 border-t border-line px-4 py-2">
        <Button size="small" busy={busy} onClick={() => onAct(a, 'check')}>
          Check
        </Button>
        <Button
          size="small"
          kind="quiet"
          aria-label={`Try a call of ${a.name}`}
          onClick={() => onAct(a, 'try')}
        >
          Try
        </Button>
        <Button size="small" kind="quiet" onClick={() => onAct(a, 'sync')}>
          Ask again
        </Button>
        <Button
          size="small"
          kind="quiet"
          onClick={() => onAct(a, a.circuit_state === 'open' ? 'close' : 'open')}
        >
          {a.circuit_state === 'open' ? 'Let calls through' : 'Hold calls'}
        </Button>
        <span className="ml-auto flex">
          <IconButton
            icon="edit"
            name={`Edit ${a.name}`}
            className="size-7"
            onClick={() => onAct(a, 'edit')}
          />
          <IconButton
            icon="trash"
            name={`Remove ${a.name}`}
            className="size-7"
            onClick={() => onAct(a, 'remove')}
          />
        </span>
      </footer>
    </li>
  );
}
