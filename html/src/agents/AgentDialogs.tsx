import type { Member } from '../shared/form/members';
import { keys } from '../shared/query';
import type { JsonObject } from '../shared/types';
import { ConfirmDialog } from '../shared/ui/ConfirmDialog';
import { ObjectDialog } from '../shared/ui/ObjectDialog';
import { changeAgent, registerAgent, removeAgent } from './api';
import { AgentTrial } from './AgentTrial';
import type { Agent } from './types';

export type Open = { what: 'new' } | { what: 'edit' | 'remove' | 'try'; agent: Agent };

const common: Member[] = [
  { name: 'base_url', label: 'Address', required: true, hint: 'http or https' },
  { name: 'concurrency_limit', label: 'Calls at once', kind: 'number' },
  { name: 'pool_id', label: 'Pool', hint: 'Agents of a pool share the work' },
];

const fresh: Member[] = [
  { name: 'name', label: 'Name', required: true },
  { name: 'channel', label: 'Channel', required: true, hint: 'What procedures name as the agent' },
  ...common,
  {
    name: 'capabilities',
    label: 'What it can do',
    kind: 'list',
    hint: 'Actions, one a line; * is every one. Empty: it is asked.',
  },
];

const known: Member[] = [{ name: 'name', label: 'Name', required: true }, ...common];

export function AgentDialogs({ open, onClose }: { open: Open; onClose: () => void }) {
  if (open.what === 'new') {
    return (
      <ObjectDialog
        title="Register an agent"
        lead="Any HTTP service that answers POST /execute."
        members={fresh}
        initial={{ concurrency_limit: 4 }}
        act="Register"
        done="The agent is registered"
        spoils={keys.agents}
        onSend={registerAgent}
        onClose={onClose}
      />
    );
  }
  const { agent } = open;
  if (open.what === 'try') return <AgentTrial agent={agent} onClose={onClose} />;
  if (open.what === 'edit') {
    return (
      <ObjectDialog
        title={`Edit ${agent.name}`}
        members={known}
        initial={agent as unknown as JsonObject}
        act="Save"
        done="Saved"
        spoils={keys.agents}
        onSend={(body) => changeAgent(agent.agent_id, body)}
        onClose={onClose}
      />
    );
  }
  return (
    <ConfirmDialog
      title={`Remove ${agent.name}?`}
      lead="Calls under way finish. Steps that need it wait for another one, or fail."
      act="Remove"
      done="The agent is removed"
      spoils={keys.agents}
      onDo={() => removeAgent(agent.agent_id)}
      onClose={onClose}
    />
  );
}
