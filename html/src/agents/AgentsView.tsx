import { words } from '../shared/format';
import { Badge, StatusBadge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { EmptyState } from '../shared/ui/Notes';
import { Facts } from '../shared/ui/Page';
import { Time } from '../shared/ui/Time';
import type { Agent } from './types';

interface AgentsViewProps {
  agents: Agent[];
  checking: string | null;
  onCheck: (id: string) => void;
}

export function AgentsView({ agents, checking, onCheck }: AgentsViewProps) {
  if (agents.length === 0) {
    return (
      <div className="card">
        <EmptyState icon="agents" title="No agents yet">
          An agent is any HTTP service that answers <code>POST /execute</code>. Register it by its
          name, channel and address: <code>POST /api/agents</code>.
        </EmptyState>
      </div>
    );
  }
  return (
    <ul aria-label="Agents" className="grid items-start gap-4 md:grid-cols-2 xl:grid-cols-3">
      {agents.map((agent) => (
        <Card
          key={agent.agent_id}
          agent={agent}
          busy={checking === agent.agent_id}
          onCheck={onCheck}
        />
      ))}
    </ul>
  );
}

function Card({
  agent: a,
  busy,
  onCheck,
}: {
  agent: Agent;
  busy: boolean;
  onCheck: (id: string) => void;
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
      {a.last_error && <p className="px-4 pb-2 break-words text-bad">{a.last_error}</p>}
      <footer className="flex items-end gap-3 border-t border-line px-4 py-2.5">
        <p className="flex min-w-0 flex-1 flex-wrap gap-1">
          {a.capabilities.slice(0, 8).map((c) => (
            <Badge key={c.name}>{c.name === '*' ? 'every action' : c.name}</Badge>
          ))}
          {a.capabilities.length > 8 && <Badge>{a.capabilities.length - 8} more</Badge>}
        </p>
        <Button size="small" busy={busy} onClick={() => onCheck(a.agent_id)}>
          Check
        </Button>
      </footer>
    </li>
  );
}
